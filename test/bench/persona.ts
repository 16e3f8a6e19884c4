import { calling, startSipp } from '../harness/sipp.ts'
import { Child } from './child-process.ts'
import type { Row } from './row.ts'

const [calls, rate, least] = [3000, 250, 200]
const metadata = { 'X-CALL-ID': 'c-1', 'X-CALLER-ID': '+15550100', 'X-Contact-ID': '7' }

/** An agent that plays a platform, and the call that it lets in. */
export const platform = {
  agent: {
    persona: {
      name: 'elevenlabs',
      config: [{ phoneNumbers: ['+19991234567'], allowedAddresses: ['127.0.0.0/8'] }],
    },
  },
  call: { transport: 'tcp', headers: Object.entries(metadata).map(([name, value]) => ({ name, value })) },
} as const

/** Calls of SIPp to an agent that plays a platform, which compares each with its configuration. */
export async function personaCalls(): Promise<Row> {
  const agent = new Child('agent', platform.agent)
  const { port } = await agent.line<{ port: number }>()
  const headers = Object.entries(metadata).map(([name, value]) => `${name}: ${value}`)
  const startMs = performance.now()
  const sipp = await startSipp({ text: calling(headers) }, [
    ...[`127.0.0.1:${port}`, '-s', '+19991234567', '-t', 't1'],
    ...['-r', String(rate), '-m', String(calls), '-timeout', '90s'],
  ])
  const code = await sipp.done()
  const seconds = (performance.now() - startMs) / 1000
  agent.process.kill('SIGTERM')
  const { answered, others, cpuUs } = await agent.line<{ answered: number; others: number; cpuUs: number }>()
  const perSecond = answered / seconds
  return {
    what: 'calls a second that an agent with a persona answers, INVITE to BYE, from SIPp over TCP',
    measured: `${perSecond.toFixed(0)}/s, ${calls - answered} failed; CPU per call ${(cpuUs / calls).toFixed(0)} µs`,
    mark: `at least ${least}/s, none failed`,
    figure: -perSecond,
    ok: code === 0 && perSecond >= least && answered === calls && others === 0,
  }
}
