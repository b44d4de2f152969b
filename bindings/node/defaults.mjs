// Generated from tests/api.toml by `cargo xtask generate`; change it there.

export const DEFAULT_CONTAINER = 'hdh-ticket-center'
export const DEFAULT_SCRIPT_URL = 'https://helpdesky.io/ticket-center.js'
