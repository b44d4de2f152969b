// What stays out of bundles, with the addon.

import deskModule from '../desk.cjs'

export const { Desk, responseOf } = deskModule
