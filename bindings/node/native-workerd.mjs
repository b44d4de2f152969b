// Cloudflare Workers compile a .wasm file before they start, and refuse to compile bytes.

import module from './deskseal.wasm'
import wasm from './wasm.cjs'

export default wasm.nativeOf(() => module)
