// One copy of everything for both module systems.
import '#held'
import fastify from './fastify.cjs'

export const { deskseal } = fastify
