export { default } from '../support/page'
