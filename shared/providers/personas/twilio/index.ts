import { PersonaFault, type PersonaDefinition } from '../persona.ts'
import { trunkSchema } from './config.ts'
import { TwilioPersona } from './persona.ts'

/** Where nothing is said: whoever calls from this computer is known. */
const usual = { ipAccessControlLists: [{ addresses: ['127.0.0.0/8', '::1'] }] }

export const twilioPersona: PersonaDefinition = {
  name: 'twilio-elastic',
  provider: 'Twilio Elastic SIP Trunking',
  title: 'a trunk that a platform calls out through: its termination',
  transports: ['udp', 'tcp', 'tls'],
  schema: trunkSchema,
  mostDocuments: 1,
  asksWebhook: false,
  trialDocument: { ...usual, terminationUri: '127.0.0.1' },
  example: {
    terminationUri: 'example.pstn.twilio.com',
    credentialLists: [
      { friendlyName: 'Platform', credentials: [{ username: 'platform', passwordEnv: 'TRUNK_PASSWORD' }] },
    ],
    ipAccessControlLists: [{ friendlyName: 'Here', addresses: ['127.0.0.0/8'] }],
    callerIds: ['+15105550100'],
    countries: ['US'],
    callsPerSecond: 1,
  },
  open([document = usual], secret) {
    const trunk = trunkSchema.parse(document)
    const names = trunk.credentialLists.flatMap(({ credentials }) => credentials.map(({ username }) => username))
    const twice = names.find((name, i) => names.indexOf(name) !== i)
    if (twice !== undefined) throw new PersonaFault(`credentialLists: the user "${twice}" stands there twice`)
    return new TwilioPersona(trunk, secret)
  },
}
