// What stays out of bundles, with the addon.

import deskModule from '../desk.cjs'

export * from '../index.mjs'
export const { Desk } = deskModule
