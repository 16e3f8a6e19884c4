import './g711.ts'
import './g722.ts'
import './opus.ts'
import './l16.ts'

export { codecOf, meterOf, staticCodec } from './registry.ts'
