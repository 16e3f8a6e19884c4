import { printable } from '../../../base/text.ts'
import { parseUri } from '../../../wire/sip/grammar.ts'
import { openAi as facts } from '../../openai.ts'
import { refusal, type Arrived, type Decision } from '../decision.ts'
import type { PersonaDefinition } from '../persona.ts'
import { openAiConfig } from './config.ts'
import { ownersHook } from './hook.ts'
import { ownerOf, tellingOwner, type Telling } from './owner.ts'
import { contactStep, decided, mediaSteps, Steps, transportStep } from './steps.ts'

const codecs = facts.codecs!

const telling: Telling = {
  callIds: { prefix: 'rtc_' },
  userAgent: 'OpenAI/1.0 (+https://platform.openai.com/docs/webhooks)',
  extra: {},
  shown: ({ value }) => value,
}

/** OpenAI’s Realtime API over SIP: its owner’s server accepts each call over HTTP after a signed webhook. */
export const openAiPersona: PersonaDefinition = {
  name: 'openai',
  provider: facts.name,
  title: 'the Realtime API over SIP: a signed webhook to your server, which accepts, rejects, refers and hangs up',
  transports: ['tls', 'tcp', 'udp'],
  schema: openAiConfig,
  mostDocuments: 1,
  asksWebhook: true,
  ownerAccepts: true,
  callee: 'proj_trial',
  example: {
    projectId: 'proj_abc123',
    webhook: { url: 'http://127.0.0.1:8000/webhook', secretEnv: 'OPENAI_WEBHOOK_SECRET' },
    api: { port: 8089, keyEnv: 'OPENAI_API_KEY' },
  },
  open([document = {}], secret, webhookUrl) {
    const config = openAiConfig.parse(document)
    const { url, signingSecret, control } = ownerOf(config, secret, webhookUrl)
    const { projectId } = config
    const decide = (arrived: Arrived): Decision => {
      const along = new Steps(facts)
      transportStep(along, arrived, config.transports)
      const user = parseUri(arrived.request.uri)?.user ?? ''
      const is = projectId === undefined ? user.startsWith('proj_') && user.length > 5 : user === projectId
      along.holds(
        { subject: 'project', arrived: printable(arrived.request.uri), wanted: projectId ?? 'proj_…', holds: is },
        refusal(
          404,
          `the user part "${printable(user)}" is ${projectId === undefined ? 'no id of a project' : 'not the project'}`,
          `Call sip:${projectId ?? 'proj_…'}@host;transport=tls, with the id of the project whose webhook is set.`,
        ),
      )
      contactStep(along, arrived)
      mediaSteps(along, arrived, codecs)
      const owner = url === null ? null : tellingOwner(arrived, config, { url, signingSecret }, telling)
      return decided(along, { challenge: null, codecs, owner, got: [{ name: 'project', value: user }] })
    }
    return { decide, control }
  },
  hook: ([document = {}], secret) => ownersHook(openAiConfig.parse(document), secret),
}
