import { parseXml, XmlFault } from '../../base/xml.ts'
import { documentSchema, projectOf } from './livekit/config.ts'
import { pairWithTrunk } from './livekit/twiml-pair.ts'
import type { Pair } from './pair.ts'
import { numberSchema } from './retell/config.ts'
import { pairNumberWithTrunk } from './retell/twilio-pair.ts'
import { trunkSchema } from './twilio/config.ts'

/** A kind of file that one half of a pair stands in. */
interface Half {
  /** A noun. */
  readonly name: string
  /** Of a JSON document; null: it is XML. */
  readonly schema: typeof documentSchema | typeof numberSchema | typeof trunkSchema | null
  /** By a field that only such a document has. */
  readonly known: readonly string[]
}

export const halves = {
  twiml: { name: 'a TwiML document', schema: null, known: [] },
  inboundTrunk: { name: 'an inbound trunk of LiveKit', schema: documentSchema, known: ['trunk', 'trunks'] },
  importedNumber: { name: 'a number that is imported to Retell', schema: numberSchema, known: ['phone_number'] },
  terminationTrunk: { name: 'an Elastic SIP trunk of Twilio', schema: trunkSchema, known: ['terminationUri'] },
} as const satisfies Readonly<Record<string, Half>>
export type HalfKind = keyof typeof halves

/** Which pairs there are, each a sentence. */
export const pairsKnown: readonly string[] = [
  [halves.twiml, halves.inboundTrunk],
  [halves.importedNumber, halves.terminationTrunk],
].map(([one, other]) => `${one!.name} and ${other!.name}`)

/** What a text is a half of; null where it is none that is known. */
export function halfKindOf(text: string): HalfKind | null {
  if (/^[\s\ufeff]*</.test(text)) return 'twiml'
  const found = Object.entries(halves).find(([, { known }]) =>
    known.some((field) => new RegExp(`"${field}"\\s*:`).test(text)),
  )
  return (found?.[0] as HalfKind | undefined) ?? null
}

/**
 * Whether two halves agree, whichever is named first: texts of XML, or documents that their schemas have accepted. A
 * string: a clause, why they are no pair.
 */
export function pairOf(given: ReadonlyMap<HalfKind, unknown>): Pair | string {
  const [twiml, inbound] = [given.get('twiml'), given.get('inboundTrunk')]
  if (typeof twiml === 'string' && inbound !== undefined) return ofTwiml(twiml, inbound)
  const [number, trunk] = [given.get('importedNumber'), given.get('terminationTrunk')]
  if (number !== undefined && trunk !== undefined)
    return pairNumberWithTrunk(numberSchema.parse(number), trunkSchema.parse(trunk))
  const what = [...given.keys()].map((kind) => halves[kind].name)
  return `${what.join(' and ')} are no pair: there are ${pairsKnown.join(', and ')}`
}

function ofTwiml(twiml: string, document: unknown): Pair | string {
  const { trunks } = projectOf([documentSchema.parse(document)])
  if (trunks.length !== 1) return `it takes one inbound trunk, and there are ${trunks.length}`
  try {
    return pairWithTrunk(parseXml(twiml), trunks[0]!) ?? 'the TwiML document has no <Dial><Sip> in its <Response>'
  } catch (error) {
    if (error instanceof XmlFault) return `line ${error.line} of the TwiML document is no XML: ${error.message}`
    throw error
  }
}
