'use strict'

const held = require('./held.cjs')
const { nativeOf } = require('./wasm.cjs')

module.exports = nativeOf(() => {
  if (held.module !== undefined) return held.module
  throw new Error(
    'In an edge runtime, write `import … from "deskseal"` in place of `require("deskseal")`.',
  )
})
