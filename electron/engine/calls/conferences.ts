import { printable } from '../../../shared/base/text.ts'
import { receives, sends } from '../../../shared/wire/sdp/sdp.ts'
import { usage } from '../base/errors.ts'
import type { Heard } from '../media/audio/heard.ts'
import type { Voices } from '../media/audio/voices.ts'
import type { CallRecord } from './call-record.ts'
import type { CallRecords } from './call-records.ts'

/** So many calls are joined at most. */
const mostJoined = 8

/** Calls that are joined: every party hears all others and us, and not itself (decision 046). */
export class Conferences {
  readonly #records: Pick<CallRecords, 'call'>
  readonly #of = new WeakMap<CallRecord, Conference>()

  constructor(records: Pick<CallRecords, 'call'>) {
    this.#records = records
  }

  /**
   * Joins two calls, with all that they are joined with already. Calls that we hold are resumed before. Throws
   * RingbackError: one of them is not answered, or does not come back from hold.
   */
  async join(first: CallRecord, second: CallRecord): Promise<void> {
    if (first === second) throw usage('a call is joined with another one, not with itself')
    const held = [first, second].filter((record) => joinable(record).switches.held)
    this.#conferenceOf(first, second)
    const resumed: CallRecord[] = []
    try {
      for (const record of held) {
        await record.hold(false)
        resumed.push(record)
      }
      // Something else may have happened while their peers were asked.
      for (const record of [first, second])
        if (joinable(record).switches.held) throw usage(`call "${record.id}" was put on hold meanwhile`)
      const conference = this.#conferenceOf(first, second)
      for (const record of conference.add([first, second], held)) this.#of.set(record, conference)
    } catch (error) {
      // Nobody who was on hold is left with an open microphone. What is said is why they are not joined.
      await holdAgain(resumed).catch(() => {})
      throw error
    }
  }

  /**
   * Takes a call out again. What we held before is held again: it, and who is left alone. Throws RingbackError: it is
   * joined with none, or does not go on hold.
   */
  async leave(record: CallRecord): Promise<void> {
    const conference = this.#of.get(record)
    if (!conference?.has(record)) throw usage(`call "${record.id}" is not joined with another one`)
    await holdAgain(conference.leave(record))
  }

  /** Where what we say in a call that is over goes on: in the first one that it was joined with; null: nowhere. */
  goesOnIn(record: CallRecord): CallRecord | null {
    return this.#of.get(record)?.heirOf(record) ?? null
  }

  /** Where both shall be. Throws RingbackError (usage). */
  #conferenceOf(first: CallRecord, second: CallRecord): Conference {
    const [a, b] = [first, second].map((record) => {
      const conference = this.#of.get(record)
      return conference?.has(record) ? conference : null
    })
    if (a && a === b) throw usage(`calls "${first.id}" and "${second.id}" are joined already`)
    if (a && b) throw usage(`call "${second.id}" is joined with others: it has to leave them first`)
    const conference = a ?? b ?? new Conference((record) => this.#legOf(record))
    if (conference.members.length >= mostJoined)
      throw usage(`${mostJoined} calls are joined already, and no more can be: let one leave first`)
    return conference
  }

  #legOf(record: CallRecord): Voices | null {
    return this.#records.call(record.switches.voice ?? '')?.media?.voices ?? null
  }
}

/** Each that is still there, whatever becomes of the others. Rejects with the first RingbackError of them. */
async function holdAgain(records: readonly CallRecord[]): Promise<void> {
  const asked = records.filter(({ over, switches }) => !over && !switches.held).map((record) => record.hold(true))
  const failed = (await Promise.allSettled(asked)).find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

/** Throws RingbackError (usage) for a call that has no audio. */
function joinable(record: CallRecord): CallRecord {
  const { id, voiceOf, call, media } = record
  if (voiceOf !== null) throw usage(`call "${id}" is that of a microphone: join the call that it is for`)
  if (call?.state.kind !== 'answered' || !media?.negotiated)
    throw usage(`call "${id}" is not answered: only calls with audio can be joined`)
  return record
}

/** What a member has for the others. */
interface Part {
  readonly record: CallRecord
  readonly voices: Voices
  /** Of the window that talks in it. */
  readonly leg: Voices | null
  /** Its peer is to be heard: nobody is on hold. */
  readonly isHeard: boolean
  /** What our side says there is to be heard. */
  readonly mayTalk: boolean
  /** Its peer is not to hear our side, wherever that speaks. */
  readonly isMuted: boolean
}

class Conference {
  readonly #legOf: (record: CallRecord) => Voices | null
  readonly #members = new Map<CallRecord, { readonly wasHeld: boolean; readonly stop: () => void }>()
  /** Where what we said in a call that is over goes on. */
  readonly #heirs = new WeakMap<CallRecord, CallRecord>()
  #wired = ''
  #mixed: readonly Voices[] = []

  constructor(legOf: (record: CallRecord) => Voices | null) {
    this.#legOf = legOf
  }

  get members(): CallRecord[] {
    return [...this.#members.keys()]
  }

  has(record: CallRecord): boolean {
    return this.#members.has(record)
  }

  heirOf(record: CallRecord): CallRecord | null {
    // Who left before its end has left to be heard there no more.
    const heir =
      this.#heirs.get(record) ?? (this.has(record) ? this.members.find((other) => other !== record) : undefined)
    return heir && !heir.over ? heir : null
  }

  /** Gives back all members. */
  add(records: readonly CallRecord[], held: readonly CallRecord[]): CallRecord[] {
    const before = this.members
    for (const record of records)
      if (!this.has(record)) {
        const ends = [
          record.events.on('changed', () => this.#changed(record)),
          record.events.on('ended', () => this.#remove(record)),
        ]
        const stop = () => ends.forEach((end) => end())
        this.#members.set(record, { wasHeld: held.includes(record), stop })
      }
    for (const one of this.members)
      for (const other of this.members)
        if (one !== other && !(before.includes(one) && before.includes(other)))
          one.observe('joined', `joined with the call with ${peerOf(other)}: each party hears the others`, other.id)
    this.#settle()
    return this.members
  }

  /** Gives back who is to be held again. */
  leave(record: CallRecord): CallRecord[] {
    const heldBefore = this.members.filter((one) => this.#members.get(one)!.wasHeld)
    this.#remove(record)
    return heldBefore.filter((one) => !this.has(one) && !one.over)
  }

  #changed(record: CallRecord): void {
    if (!this.has(record)) return
    // Who is put on hold is with nobody.
    if (record.switches.held) this.#remove(record)
    else this.#wire()
  }

  #remove(record: CallRecord): void {
    if (!this.has(record)) return
    const others = this.members.filter((other) => other !== record)
    if (record.over && others[0]) this.#heirs.set(record, others[0])
    const gone = others.length === 1 ? [record, ...others] : [record]
    for (const one of gone) {
      this.#members.get(one)?.stop()
      this.#members.delete(one)
    }
    this.#settle()
    for (const one of gone) if (!one.over) one.switch({ joined: [] })
    for (const other of others) {
      other.observe('unjoined', `no longer joined with the call with ${peerOf(record)}`, record.id)
      if (!record.over) record.observe('unjoined', `no longer joined with the call with ${peerOf(other)}`, other.id)
    }
  }

  #settle(): void {
    const ids = this.members.map(({ id }) => id)
    this.#wire()
    for (const record of this.members) record.switch({ joined: ids.filter((id) => id !== record.id) })
  }

  /** Says to each what it hears of the others, where that has changed. */
  #wire(): void {
    const parts = this.members.flatMap((record) => this.#partOf(record) ?? [])
    const wired = JSON.stringify(
      parts.map(({ record: { id, switches }, isHeard, mayTalk, isMuted }) => [
        [id, switches.voice, isHeard],
        [mayTalk, isMuted],
      ]),
    )
    if (wired === this.#wired) return
    this.#wired = wired
    const talkers = parts.filter(({ leg }) => leg !== null)
    // One of our sources is heard by all: that of the first call that has one.
    const ours =
      talkers.length > 0 ? talkers : parts.filter(({ voices, mayTalk }) => voices.hasSource && mayTalk).slice(0, 1)
    const mixed: Voices[] = []
    const mix = (voices: Voices, others: readonly Heard[], speaks: boolean) => {
      voices.join(others, speaks)
      mixed.push(voices)
    }
    for (const part of parts) {
      const others = (hearUs: boolean) =>
        parts.flatMap((other) => (other === part ? [] : heardOf(other, hearUs && ours.includes(other))))
      mix(part.voices, others(!part.isMuted), ours.includes(part))
      if (part.leg) mix(part.leg, others(true), true)
    }
    for (const voices of this.#mixed) if (!mixed.includes(voices)) voices.leave()
    this.#mixed = mixed
  }

  /** Null for one that is over. */
  #partOf(record: CallRecord): Part | null {
    const { media, switches } = record
    const direction = media?.negotiated?.direction
    if (!media || !direction) return null
    const leg = this.#legOf(record)
    return {
      record,
      voices: media.voices,
      leg,
      // A peer that holds us plays music, and that is for nobody else.
      isHeard: sends(direction) && receives(direction),
      // A source waits while nothing may be sent; a microphone does not.
      mayTalk: !switches.muted && (leg !== null || sends(direction)),
      isMuted: switches.muted,
    }
  }
}

/** What others hear of a call: its peer, and our side where that speaks in it. */
function heardOf({ voices, leg, isHeard, mayTalk }: Part, speaks: boolean): Heard[] {
  return [...(isHeard ? [voices.heard] : []), ...(speaks && mayTalk ? [leg?.heard ?? voices.said] : [])]
}

function peerOf(record: CallRecord): string {
  const { direction, from, to } = record.view()
  return printable(direction === 'inbound' ? from : to)
}
