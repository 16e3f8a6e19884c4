import { describe, expect, it } from 'vitest'
import { personaHandlers } from '../../../electron/engine/handlers/personas.ts'
import { personas } from '../../../shared/providers/personas/index.ts'
import { invite } from './arrived.ts'

describe.each(personas)('the persona $name', (definition) => {
  it('finds nothing wrong with its own example, whatever its secrets will be', async () => {
    const check = personaHandlers(null as never)['persona.check']
    const texts = [JSON.stringify(definition.example)]
    expect(await check({ name: definition.name, texts })).toMatchObject({ faults: [] })
  })

  it('takes a call as a trial places it', () => {
    const { callee = '+15105550111', trialDocument, transports } = definition
    const persona = definition.open(trialDocument ? [trialDocument] : [], (variable) => variable, null)
    const uri = `sip:${callee}@127.0.0.1`
    const arrived = invite({ uri, from: 'sip:+15105550100@127.0.0.1', source: '127.0.0.1', transport: transports[0]! })
    expect(persona.decide(arrived).outcome).toMatchObject({ kind: 'answer' })
  })
})
