import { describe, expect, it } from 'vitest'
import { signatureFault, signatureHeaders } from '../../../electron/engine/agent/webhook-signature.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const body = '{"type":"realtime.call.incoming"}'
const faultOf = (headers: ReturnType<typeof signatureHeaders>) =>
  signatureFault(secret, headers, new TextEncoder().encode(body), 1000)

describe('the signature of an event', () => {
  const right = signatureHeaders(secret, 'wh_1', 1000, body)

  it('is right among others', () => {
    expect(faultOf(right)).toBeNull()
    expect(
      faultOf(right.map((field, i) => (i === 2 ? { ...field, value: `v1,other ${field.value}` } : field))),
    ).toBeNull()
  })

  it('is wrong, not an error, where as many letters come that are more bytes', () => {
    const foreign = right.map((field, i) => (i === 2 ? { ...field, value: 'ä'.repeat(field.value.length) } : field))
    expect(faultOf(foreign)).toBe('the signature is not that of the secret and of this body')
  })
})
