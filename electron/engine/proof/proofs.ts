import { isLoopback } from '../../../shared/base/address.ts'
import type { Change } from '../../../shared/contract/change.ts'
import type { Parsed } from '../../../shared/contract/commands.ts'
import { placeCallSchema, type Placed } from '../../../shared/contract/place-call.ts'
import type { Proof, ProofCall, ProofPlan } from '../../../shared/contract/proof.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import { parseNameAddr } from '../../../shared/wire/sip/grammar.ts'
import { headerKey } from '../../../shared/wire/sip/message.ts'
import { machine, usage } from '../base/errors.ts'
import type { CustomHeader } from '../base/secret-headers.ts'
import type { CallRecord } from '../calls/call-record.ts'
import type { CallRecords } from '../calls/call-records.ts'
import type { Softphone } from '../calls/softphone.ts'
import { nextHop, requestUri } from '../stations/next-hop.ts'
import type { Profile } from '../store/profile.ts'
import { changedCall, changeWords, type CallArgs } from './changed-call.ts'
import { differences } from './differences.ts'
import { hasFailed, judgeBoth, judgeChanged } from './judge.ts'

/** A call of a proof lasts so long after the answer where the first one had no end of its own... */
const usualDurationMs = 5000
/** ...and never longer. */
const longestDurationMs = 120_000

export interface ProofDeps {
  readonly softphone: Pick<Softphone, 'tryCall'>
  readonly records: Pick<CallRecords, 'call'>
  readonly profile: Profile
  /** A call by its id, just ended or of the history. Throws RingbackError (usage). */
  report(id: string): CallReport
}

interface Prepared {
  readonly plan: ProofPlan
  readonly before: CallReport
  readonly asIs: CallArgs
  readonly changed: CallArgs
}

/**
 * Finds out whether one thing was the cause of a failure: the call is placed again with exactly that changed and, where
 * it goes through then, once more as it was. Each is a call of its own, with a Call-ID and tags of its own.
 */
export class Proofs {
  readonly #deps: ProofDeps
  #closed = false

  constructor(deps: ProofDeps) {
    this.#deps = deps
  }

  /** What `prove` would do. Throws RingbackError (usage) for what cannot be proven. */
  plan(args: Parsed<'call.prove'>): ProofPlan {
    return this.#prepare(args).plan
  }

  /**
   * Throws RingbackError: `usage` for what cannot be proven, or where calls leave this computer and are not confirmed;
   * what placing a call throws.
   */
  async prove(args: Parsed<'call.prove'>): Promise<Proof> {
    const { plan, before, asIs, changed } = this.#prepare(args)
    if (plan.asks && !args.confirmed) throw usage(plan.sentence, { code: 'confirm-calls' })
    const { id, rule, change } = plan
    const helped = await this.#call(changed)
    const first = judgeChanged(before, helped, rule)
    const again = first === null && args.maxCalls > 1 ? await this.#call(asIs) : null
    const { result, because } = first ??
      (again && judgeBoth(before, helped, again, rule)) ?? {
        result: 'cannot-tell' as const,
        because: 'the changed call went through, and no call is left to see whether the call as it was still fails',
      }
    const calls = [callOf('before', before), callOf('changed', helped)]
    if (again) calls.push(callOf('unchanged', again))
    return {
      id,
      rule,
      change,
      result,
      sentence: sentenceOf(change, result, because),
      calls,
      differed: differences(again ?? before, helped),
    }
  }

  /** No more calls are placed. */
  close(): void {
    this.#closed = true
  }

  #prepare(asked: Parsed<'call.prove'>): Prepared {
    const { profile } = this.#deps
    const before = this.#deps.report(asked.id)
    const { placed } = before
    if (!placed) throw usage(`call "${asked.id}" was not placed here: only such a call can be placed again`)
    if (before.timeline.endedAt === null)
      throw usage(`call "${asked.id}" goes on: a cause can be proven when it is over`)
    const { rule, change } = choose(before, asked)
    const args = { ...asked, change }
    if (rule === null && !hasFailed(before)) throw usage(`call "${args.id}" went well: there is no cause to prove`)
    const trunk = placed.trunk === undefined ? null : profile.store.trunk(placed.trunk)
    const hasSecret = trunk !== null && profile.store.secret(trunk.name) !== null
    const credentials = credentialsOf(before, placed, args, hasSecret && trunk.user !== undefined)
    const digestOn = change.what === 'digest' && change.to === 'on'
    const proxy = placed.proxy ?? trunk?.proxy ?? trunk?.address ?? null
    const uri = requestUri(placed.uri, trunk?.address ?? placed.proxy ?? null)
    const local = placed.localAddress ?? profile.localAddressFor(nextHop(uri, proxy, null).uri.host)
    const asIs = {
      ...this.#again(before, placed, args),
      uri,
      ...(local !== null && { localAddress: local }),
      ...(digestOn ? {} : credentials),
    }
    const isNamed = placed.from !== undefined || trunk?.from !== undefined || change.what === 'caller-id'
    const changed = changedCall(
      { ...asIs, ...(digestOn && credentials), ...(isNamed ? {} : callerOf(before)) },
      trunk,
      change,
    )
    const destination = nextHop(changed.uri, proxy, changed.transport ?? null).uri.host
    const asks = !isLoopback(destination)
    const calls = args.maxCalls
    return {
      before,
      asIs,
      changed,
      plan: {
        id: args.id,
        rule,
        change,
        uri: changed.uri,
        destination,
        calls,
        asks,
        sentence:
          `${changed.uri} is called again with ${changeWords(change)}` +
          `${calls > 1 ? ', and once more as it was if that goes through' : ''}: at most ${calls} ` +
          `${calls === 1 ? 'call' : 'calls'} to ${destination}`,
      },
    }
  }

  /** How the call was asked for, to be placed again: without its files, and with an end. */
  #again(before: CallReport, placed: Placed, { change, headers }: Parsed<'call.prove'>): CallArgs {
    const kept = this.#deps.records.call(before.id)?.asked.secrets ?? []
    const stay = change?.what === 'headers' ? new Set(change.to.map(headerKey)) : null
    const { recordTo: _record, pcapTo: _pcap, ...rest } = placed
    return placeCallSchema.parse({
      ...rest,
      // A secret that is to be left out need not be known.
      headers: placed.headers.map((header) =>
        stay && !stay.has(headerKey(header.name)) ? header : withValue(header, [...headers, ...kept]),
      ),
      // Nobody talks in it: both calls say the same.
      source: placed.source.kind === 'microphone' ? { kind: 'marker' } : placed.source,
      timeline: (placed.timeline ?? []).filter(({ kind }) => kind !== 'record'),
      durationMs: Math.min(placed.durationMs ?? usualDurationMs, longestDurationMs),
    })
  }

  async #call(args: CallArgs): Promise<CallReport> {
    if (this.#closed) throw machine('the cause was not proven: Ringback is ending')
    return reportAtEnd(await this.#deps.softphone.tryCall(args))
  }
}

/** The change that is asked for, or that a finding names; and the finding that it is to prove. */
function choose(before: CallReport, args: Parsed<'call.prove'>): { rule: string | null; change: Change } {
  const { findings } = before
  const named = findings.filter(({ rule }) => args.rule === undefined || rule === args.rule)
  if (args.rule !== undefined && named.length === 0)
    throw usage(`call "${args.id}" has no finding "${args.rule}": ${findings.map(({ rule }) => rule).join(', ')}`)
  const finding = args.change
    ? args.rule === undefined
      ? failed(before)
      : named[0]
    : named.find(({ change }) => change)
  const change = args.change ?? finding?.change
  if (!change) throw usage('no finding of that call names a setting to change: choose one', { code: 'choose-change' })
  return { rule: finding?.rule ?? null, change }
}

/** The finding that says why a call failed: the most serious one. */
const failed = ({ findings }: CallReport) => findings.find(({ severity }) => severity === 'fault')

/** Credentials that the call needs beside those of its trunk. Throws RingbackError (usage) where they are not known. */
function credentialsOf(
  before: CallReport,
  placed: Placed,
  { change, user, password }: Parsed<'call.prove'>,
  ofTrunk: boolean,
): Pick<CallArgs, 'user' | 'password'> {
  const on = change?.what === 'digest' && change.to === 'on'
  const had = sentCredentials(before) || (ofTrunk && placed.user === undefined && placed.digest !== false)
  if (on && had) throw usage('digest credentials were given in that call already', { code: 'choose-change' })
  const wanted = user ?? placed.user
  if (wanted === undefined) {
    if (on && !ofTrunk)
      throw usage('no digest credentials are known for that call: give a user and a password', {
        code: 'set-credentials',
      })
    return {}
  }
  if (password === undefined && (on || sentCredentials(before)))
    throw usage(`the password of ${wanted} is not kept with the call: give it again`, { code: 'set-credentials' })
  return { user: wanted, ...(password === undefined ? {} : { password }) }
}

function withValue(header: Placed['headers'][number], known: readonly CustomHeader[]): Placed['headers'][number] {
  if (!header.secret) return header
  const found = known.find(({ name }) => headerKey(name) === headerKey(header.name))
  if (!found) throw usage(`the value of ${header.name} is secret and was not kept`, { code: 'give-headers' })
  return { ...header, value: found.value }
}

/** Who called, as it was sent: where nobody is named, that follows from the user and from the local address. */
function callerOf({ headers }: CallReport): Pick<CallArgs, 'from'> {
  const from = headers.sent.find(({ name }) => headerKey(name) === 'from')
  const uri = parseNameAddr(from?.value ?? '')?.uri
  return uri === undefined ? {} : { from: uri }
}

const sentCredentials = ({ messages }: CallReport) =>
  messages.some(({ startLine, raw }) => startLine.startsWith('INVITE ') && /^(?:proxy-)?authorization:/im.test(raw))

function reportAtEnd(record: CallRecord): Promise<CallReport> {
  if (record.over) return Promise.resolve(record.report())
  return new Promise((resolve) => record.events.on('ended', resolve))
}

function callOf(role: ProofCall['role'], report: CallReport): ProofCall {
  const { id, timeline, outcome, status, verdict, findings } = report
  return {
    role,
    id,
    startedAt: timeline.startedAt,
    outcome,
    status,
    verdict,
    findings: findings.map(({ rule, severity, sentence }) => ({ rule, severity, sentence })),
  }
}

function sentenceOf(change: Change, result: Proof['result'], because: string): string {
  switch (result) {
    case 'cause-proven':
      return `Cause proven: ${changeWords(change)} makes the difference. ${because}`
    case 'not-the-cause':
      return `Not the cause: ${changeWords(change)} changes nothing. ${because}`
    case 'cannot-tell':
      return `Cannot tell, because ${because}.`
  }
}
