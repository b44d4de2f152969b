// What stays out of bundles, with the addon.

import contractModule from '../contract.cjs'
import deskModule from '../desk.cjs'

export const contract = contractModule
export const { Desk, responseOf } = deskModule
