import { expect, it } from 'vitest'
import { isLoopback } from '../../../shared/base/address.ts'

it.each([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['[::1]', true],
  ['::ffff:127.0.0.1', true],
  ['LocalHost', true],
  ['localhost.example.com', false],
  ['127.example.com', false],
  ['::1234', false],
  ['10.0.0.1', false],
])('whether %s is this computer: %s', (host, is) => {
  expect(isLoopback(host)).toBe(is)
})
