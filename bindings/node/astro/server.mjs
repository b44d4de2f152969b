// Re-exports the modules that need the addon, and that bundlers must leave out.

import '#held'
import contractModule from '../contract.cjs'
import deskModule from '../desk.cjs'

export const contract = contractModule
export const { Desk, responseOf } = deskModule
