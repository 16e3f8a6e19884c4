import { inBlock } from '../../../base/address.ts'
import { printable } from '../../../base/text.ts'
import { usualCodecs } from '../../../model/codecs.ts'
import { parseNameAddr, parseUri, uriOf } from '../../../wire/sip/grammar.ts'
import { xAi as facts } from '../../xai.ts'
import { anyOf, refusal, type Arrived, type Decision } from '../decision.ts'
import type { PersonaDefinition } from '../persona.ts'
import { xAiConfig } from './config.ts'
import { ownersHook } from './hook.ts'
import { ownerOf, tellingOwner, type Telling } from './owner.ts'
import { decided, mediaSteps, Steps, transportStep } from './steps.ts'

/** Of callers and called its example has the numbers alone. */
const telling: Telling = {
  callIds: 'uuid',
  userAgent: null,
  extra: { metadata: {} },
  shown({ key, value }) {
    if (key !== 'from' && key !== 'to') return value
    return parseUri(parseNameAddr(value)?.uri ?? uriOf(value))?.user ?? value
  },
}

/** xAI’s voice agents over SIP: known by the called number, told by a signed webhook. */
export const xAiPersona: PersonaDefinition = {
  name: 'xai',
  provider: facts.name,
  title: 'voice agents behind registered numbers, by digest or address: a signed webhook to your server',
  transports: ['tls', 'tcp', 'udp'],
  schema: xAiConfig,
  mostDocuments: 1,
  asksWebhook: true,
  ownerAccepts: true,
  example: {
    phoneNumbers: ['+18005550199'],
    allowedAddresses: ['127.0.0.0/8'],
    webhook: { url: 'http://127.0.0.1:8000/webhook', secretEnv: 'XAI_WEBHOOK_SECRET' },
    api: { port: 8089, keyEnv: 'XAI_API_KEY' },
  },
  open([document = {}], secret, webhookUrl) {
    const config = xAiConfig.parse(document)
    const { url, signingSecret, control } = ownerOf(config, secret, webhookUrl)
    const { phoneNumbers = [], allowedAddresses, authentication } = config
    const credentials = authentication && [
      { username: authentication.user, password: secret(authentication.passwordEnv) },
    ]
    const decide = (arrived: Arrived): Decision => {
      const along = new Steps(facts)
      const { host } = arrived.source
      transportStep(along, arrived, config.transports)
      const listed = allowedAddresses.length === 0 || allowedAddresses.some((block) => inBlock(block, host))
      along.holds(
        { subject: 'allowed addresses', arrived: host, wanted: anyOf(allowedAddresses), holds: listed },
        refusal(403, `the source ${host} is in none of the allowed addresses`, 'Allow the address of the caller.'),
      )
      const after = along.steps.length
      const challenge =
        credentials && !along.refused
          ? {
              status: 401 as const,
              after,
              realm: facts.domains![0]!,
              credentials,
              reason: null,
              wrong: refusal(403, 'the credentials are not those of the number', 'Check user name and password.'),
            }
          : null
      const user = parseUri(arrived.request.uri)?.user ?? ''
      const known = user !== '' && (phoneNumbers.length === 0 || phoneNumbers.includes(user))
      along.holds(
        { subject: 'phone number', arrived: printable(user), wanted: anyOf(phoneNumbers), holds: known },
        refusal(
          404,
          `"${printable(user)}" is no number that was registered`,
          'Call a registered number, as +18005550199.',
        ),
      )
      mediaSteps(along, arrived, null)
      const owner = url === null ? null : tellingOwner(arrived, config, { url, signingSecret }, telling)
      return decided(along, { challenge, codecs: usualCodecs(), owner, got: [{ name: 'number', value: user }] })
    }
    return { decide, control }
  },
  hook: ([document = {}], secret) => ownersHook(xAiConfig.parse(document), secret),
}
