'use strict'

throw new Error(
  '"deskseal" was imported by code for an edge runtime, which cannot load native addons. Run this ' +
    'route in Node.js; in Next.js, set `export const runtime = "nodejs"`.',
)
