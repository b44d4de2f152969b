export * from './vue.cjs'
