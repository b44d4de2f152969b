export * from './react.cjs'
