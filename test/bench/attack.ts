import { setTimeout as sleep } from 'node:timers/promises'
import { residentMb } from '../harness/attack.ts'
import { Child } from './child-process.ts'
import { median, type Row } from './row.ts'

const [calls, garbage, invites, windowSeconds, rounds, laterSeconds] = [50, 10_000, 500, 6, 3, 60]
const kinds = {
  'new': 'never acknowledged',
  'one Call-ID': 'of one Call-ID with new branches',
  'challenged': 'answered with 401',
} as const

/**
 * Calls that talk while strangers flood their agent with garbage and INVITEs; calm and attack in turn, so that both see
 * the same machine.
 */
export async function attacked(kind: keyof typeof kinds): Promise<Row> {
  const guarded = kind === 'challenged' ? 1 : 0
  const agent = new Child('agent', { guarded })
  const { port } = await agent.line<{ port: number }>()
  const crowd = new Child('crowd', { port, calls, guarded })
  const attacker = new Child('attacker', { port, garbage, invites, oneCallId: kind === 'one Call-ID' ? 1 : 0 })
  const pinger = new Child('pinger', { port })
  const all = [agent, crowd, attacker, pinger]
  try {
    await Promise.all([crowd.line(), attacker.line(), pinger.line()])
    const toggle = (...children: readonly Child[]) => children.forEach(({ process }) => process.kill('SIGUSR2'))
    /** The worse p99 of both ends. */
    const measured = async () => {
      toggle(agent, crowd)
      await sleep(windowSeconds * 1000)
      toggle(agent, crowd)
      const ends = await Promise.all([agent.line<{ p99Ms: number }>(), crowd.line<{ p99Ms: number }>()])
      return Math.max(...ends.map(({ p99Ms }) => p99Ms))
    }
    const [ratios, worst, sent]: [number[], number[], { garbage: number; invites: number; seconds: number }[]] = [
      [],
      [],
      [],
    ]
    let lostPings = 0
    const beforeMb = residentMb(agent.process.pid!)
    for (let round = 0; round < rounds; round++) {
      const calm = await measured()
      toggle(attacker, pinger)
      const attack = await measured()
      toggle(attacker, pinger)
      sent.push(await attacker.line())
      const pings = await pinger.line<{ worstMs: number; answered: number; lost: number }>()
      worst.push(pings.worstMs)
      lostPings += pings.lost
      ratios.push(attack / calm)
      await sleep(2000)
    }
    const peakMb = residentMb(agent.process.pid!)
    await sleep(laterSeconds * 1000)
    const laterMb = residentMb(agent.process.pid!)
    crowd.process.kill('SIGTERM')
    const { talking, packets, lost } = await crowd.line<{ talking: number; packets: number; lost: number }>()
    const rate = (of: 'garbage' | 'invites') =>
      Math.round(sent.reduce((sum, part) => sum + part[of], 0) / sent.reduce((sum, { seconds }) => sum + seconds, 0))
    const [ratio, worstMs, growth] = [median(ratios), Math.max(...worst), laterMb / beforeMb]
    return {
      what:
        `${calls} calls while strangers send ${garbage} garbage datagrams and ${invites} INVITEs ` +
        `${kinds[kind]} a second`,
      measured:
        `${talking} calls go on, ${packets} packets, ${lost} lost; inter-arrival p99 ${ratio.toFixed(2)} ` +
        `times that of calm; OPTIONS ${worstMs.toFixed(0)} ms at worst, ${lostPings} unanswered; memory ` +
        `${beforeMb.toFixed(0)} MB before, ${peakMb.toFixed(0)} after the attack, ${laterMb.toFixed(0)} a ` +
        `minute later (sent ${rate('garbage')} and ${rate('invites')} a second)`,
      mark: 'none lost, p99 at most 1.2 times, 100 ms, memory within 1.2 times',
      figure: ratio,
      ok: talking === calls && lost === 0 && ratio <= 1.2 && worstMs <= 100 && lostPings === 0 && growth <= 1.2,
    }
  } finally {
    for (const { process } of all) process.kill('SIGKILL')
  }
}
