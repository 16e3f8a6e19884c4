import './g711.ts'

export { codecOf, meterOf, staticCodec } from './registry.ts'
