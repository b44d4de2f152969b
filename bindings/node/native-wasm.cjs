'use strict'

// For Deno and every other runtime without a variant of its own, and where the addon cannot be loaded. The build is inside of the code, so that
// bundlers carry it along, and so that it needs no permission to read files.

const { nativeOf } = require('./wasm.cjs')

function compiled() {
  const bytes = Uint8Array.from(atob(require('./deskseal.wasm.cjs')), (digit) =>
    digit.charCodeAt(0),
  )
  return new WebAssembly.Module(bytes)
}

module.exports = nativeOf(compiled)
