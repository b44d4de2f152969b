// One copy of everything for both module systems.
import '#held'
import express from './express.cjs'

export const { deskseal } = express
