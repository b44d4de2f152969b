import { withDeskseal } from 'deskseal/next'

export default withDeskseal({})
