// One copy of everything for both module systems.
import express from './express.cjs'

export const { deskseal } = express
