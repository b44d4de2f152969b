// Generated from tests/api.toml by `cargo xtask generate`; change it there.

export const DEFAULTS = {
  align: 'center',
  maxWidth: '864px',
  container: 'hdh-ticket-center',
}

export const FORMS = {
  align: /^(?:left|center|right)$/,
  maxWidth: /^(?:[1-9][0-9]*(px|rem|%))$/,
  container: /^(?:[A-Za-z][A-Za-z0-9_-]*)$/,
}
