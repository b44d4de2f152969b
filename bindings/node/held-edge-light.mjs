// Vercel's edge runtime compiles a .wasm file that is imported with this suffix. Turbopack gives it to modules that
// are imported alone: one that is required gets a promise.

import module from './deskseal.wasm?module'
import held from './held.cjs'

held.module = module
