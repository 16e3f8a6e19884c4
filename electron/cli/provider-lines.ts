import { visible } from '../../shared/base/text.ts'
import type { ListedProvider } from '../../shared/contract/providers.ts'

interface Fact {
  readonly note?: string | undefined
  readonly from?: { readonly source: string; readonly asOf: string } | undefined
}

const yours = (address: string) => (address === '' ? 'YOURS' : address.startsWith('.') ? `YOURS${address}` : address)

/** A provider in three lines: its name, how a trunk to it begins, where that is from. */
export function summaryLines(provider: ListedProvider): string[] {
  return [title(provider), ...presetLine(provider), sourceLine(provider)].map(visible)
}

/** All that is known of a provider; what is not known has no line. */
export function factLines(provider: ListedProvider): string[] {
  return [
    title(provider),
    ...presetLine(provider),
    ...facts(provider).flatMap(([label, texts]) =>
      texts.map((text, i) => `  ${(i > 0 ? '' : label).padEnd(15)} ${text}`),
    ),
    ...provider.limits.map((limit) => `  · ${limit}`),
    sourceLine(provider),
  ].map(visible)
}

const title = ({ name, yours: own }: ListedProvider) => `${name}${own ? ' (yours)' : ''}`
const sourceLine = ({ source, asOf, url }: ListedProvider) =>
  `  as ${source} says, read ${asOf}${url ? `, ${url}` : ''}`

function presetLine({ preset }: ListedProvider): string[] {
  if (!preset) return []
  const { address, transport, encryption, authentication } = preset
  const parts = [
    `address ${yours(address)}`,
    transport && `transport ${transport}`,
    encryption && `media encryption ${encryption}`,
    authentication && `authentication ${authentication}`,
  ]
  return [`  ${parts.filter((part) => part !== undefined).join(', ')}`]
}

/** A fact with its note, and its document where that is another than the provider's. */
function withNote(text: string, { note, from }: Fact): string {
  return [text, note && `: ${note}`, from && ` (${from.source}, read ${from.asOf})`].filter((part) => part).join('')
}

function facts(provider: ListedProvider): readonly (readonly [label: string, texts: readonly string[]])[] {
  const { uriParameter, identifier, encryption, number, variables, uriLimits, rtpPorts, mediaTimeouts, refer } =
    provider
  const one = <Value>(value: Value | undefined, text: (value: Value) => string) => (value ? [text(value)] : [])
  return [
    ['targets', provider.targets.map((target) => withNote(`${target.name} ${yours(target.address)}`, target))],
    [
      'URI parameter',
      one(uriParameter, (it) =>
        withNote(
          it.values.map(({ value, place }) => `${it.name}=${value}${place ? ` (${place})` : ''}`).join(', '),
          it,
        ),
      ),
    ],
    [
      'identifier',
      one(identifier, (it) => withNote(`${it.required ? 'required' : 'optional'}, like ${it.example}`, it)),
    ],
    ['transports', (provider.transports ?? []).map((it) => withNote(`${it.name}${it.port ? ` ${it.port}` : ''}`, it))],
    ['not offered', provider.notOffered.map((it) => withNote(`${it.transport}: ${it.because}`, it))],
    ['RTP ports', one(rtpPorts, ({ first, last }) => `${first} to ${last}`)],
    [
      'encryption',
      one(encryption, (it) =>
        withNote(
          [it.modes.join(', '), it.needsTls && 'only over TLS', it.suites?.join(', ')]
            .filter((part) => part)
            .join('; '),
          it,
        ),
      ),
    ],
    ['codecs', one(provider.codecs, (it) => it.join(', '))],
    ['authentication', (provider.authentication ?? []).map((it) => withNote(it.kind, it))],
    ['number', one(number, (it) => withNote(it.form === 'e164' ? 'E.164' : 'as configured there', it))],
    ['headers', (provider.headers ?? []).map((it) => withNote(`${it.name}: ${it.means}`, { from: it.from }))],
    [
      'variables',
      one(variables, ({ named, prefix }) =>
        [
          ...named.map((it) => `${it.header} → ${it.variable}${it.fallback ? ' (fallback)' : ''}`),
          `${prefix.header}… → ${prefix.variable}…`,
        ].join(', '),
      ),
    ],
    ['URI limits', one(uriLimits, (it) => `${it.uri} characters, headers in it ${it.headers}`)],
    [
      'addresses',
      (provider.addresses ?? []).map((it) =>
        withNote(`${it.cidr}${it.use === 'any' ? '' : ` ${it.use}`}${it.region ? ` ${it.region}` : ''}`, it),
      ),
    ],
    [
      'rates',
      (provider.rates ?? []).map((it) =>
        withNote(
          [
            it.callsPerSecond && `${it.callsPerSecond} calls a second`,
            it.concurrentCalls && `${it.concurrentCalls} calls at once`,
            it.per && `per ${it.per}`,
          ]
            .filter((part) => part)
            .join(' '),
          it,
        ),
      ),
    ],
    [
      'media timeouts',
      one(mediaTimeouts, (it) => `${it.beforeFirstPacketS} s before the first packet, ${it.afterS} s later`),
    ],
    ['ringing', one(provider.ringing, (it) => `every ${it.everyS} s for at most ${it.mostS} s: ${it.means}`)],
    ['REFER', one(refer, (it) => withNote(it.supported ? 'yes' : 'no', it))],
    ['refusals', provider.refusals.map(refusalLine)],
  ]
}

function refusalLine({ status, phrase, code, header, when, cause, next }: ListedProvider['refusals'][number]): string {
  const seen = [
    status,
    header && `${header}:`,
    code,
    phrase === '' ? 'without a phrase' : phrase && `"${phrase}"`,
    when && when.replace('-', ' '),
  ]
  return `${seen.filter((part) => part !== undefined).join(' ')}: ${cause}. ${next}`
}
