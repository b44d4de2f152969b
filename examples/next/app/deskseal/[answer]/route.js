export { GET } from '../../../lib/deskseal'
