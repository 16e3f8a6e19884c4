import { formatAddress } from '../../../shared/base/address.ts'
import { detached } from '../../../shared/base/text.ts'
import { transportNamed, transports, type TransportName } from '../../../shared/model/transport.ts'
import { messageIds, parseNameAddr, parseUri, uriOf } from '../../../shared/wire/sip/grammar.ts'
import {
  header,
  headerList,
  makeHeader,
  makeRequest,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from '../../../shared/wire/sip/message.ts'
import type { NextHop } from '../sip/pending.ts'
import type { Flow } from '../sip/transport/flow.ts'

interface DialogParts {
  readonly callId: string
  /** The From value of our requests, tag included, and the To value. */
  readonly local: string
  readonly remote: string
  readonly localTag: string
  readonly remoteTag: string
  readonly routeSet: readonly string[]
  readonly remoteTarget: string
  readonly localSequence: number
  readonly remoteSequence: number | null
  readonly flow: Flow
}

/** A dialog (RFC 3261 12): where its requests go, and how they are numbered. */
export class Dialog {
  readonly callId: string
  readonly localTag: string
  readonly remoteTag: string
  readonly routeSet: readonly string[]
  /** The flow that made the dialog; a fallback where the remote target cannot be connected to. */
  readonly flow: Flow
  readonly #local: string
  readonly #remote: string
  #remoteTarget: string
  #localSequence: number
  #remoteSequence: number | null

  private constructor(parts: DialogParts) {
    // It outlives the messages that it is read from.
    this.callId = detached(parts.callId)
    this.localTag = parts.localTag
    this.remoteTag = detached(parts.remoteTag)
    this.routeSet = parts.routeSet.map(detached)
    this.flow = parts.flow
    this.#local = detached(parts.local)
    this.#remote = detached(parts.remote)
    this.#remoteTarget = detached(parts.remoteTarget)
    this.#localSequence = parts.localSequence
    this.#remoteSequence = parts.remoteSequence
  }

  /** The caller's side, from a response with a To tag (RFC 3261 12.1.2). */
  static ofCaller(request: SipRequest, response: SipResponse, flow: Flow): Dialog {
    const to = header(response, 'to')!
    return new Dialog({
      callId: header(request, 'call-id')!,
      local: header(request, 'from')!,
      remote: to,
      localTag: messageIds(request).fromTag!,
      remoteTag: messageIds(response).toTag ?? '',
      routeSet: headerList(response, 'record-route').toReversed(),
      remoteTarget: contactOf(response) ?? request.uri,
      localSequence: messageIds(request).cseq!.number,
      remoteSequence: null,
      flow,
    })
  }

  /** The called side, from the request and our tag (RFC 3261 12.1.1). */
  static ofCallee(request: SipRequest, localTag: string, flow: Flow): Dialog {
    const from = header(request, 'from')!
    return new Dialog({
      callId: header(request, 'call-id')!,
      local: `${header(request, 'to')!};tag=${localTag}`,
      remote: from,
      localTag,
      remoteTag: messageIds(request).fromTag ?? '',
      routeSet: headerList(request, 'record-route'),
      remoteTarget: contactOf(request) ?? usable(uriOf(from)) ?? addressOf(flow),
      localSequence: 0,
      remoteSequence: messageIds(request).cseq!.number,
      flow,
    })
  }

  /** Our own URI, as the dialog names us. */
  get localUri(): string {
    return uriOf(this.#local)
  }

  get remoteTarget(): string {
    return this.#remoteTarget
  }

  /** Takes in the Contact of a target refresh (RFC 3261 12.2.1.2). */
  refreshTarget(message: SipRequest | SipResponse): void {
    const contact = contactOf(message)
    if (contact !== null) this.#remoteTarget = detached(contact)
  }

  /** Whether a request of the peer comes in order; a number lower than before does not (RFC 3261 12.2.2). */
  inOrder(request: SipRequest): boolean {
    const { number } = messageIds(request).cseq!
    if (request.method === 'ACK' || request.method === 'CANCEL') return true
    if (this.#remoteSequence !== null && number <= this.#remoteSequence) return false
    this.#remoteSequence = number
    return true
  }

  nextSequence(): number {
    return ++this.#localSequence
  }

  /** Makes sure that the next request counts on from here (a retried INVITE has used numbers of its own). */
  countFrom(sequence: number): void {
    if (sequence > this.#localSequence) this.#localSequence = sequence
  }

  /** A request inside the dialog (RFC 3261 12.2.1.1); Via comes from the endpoint. */
  request(method: string, sequence: number, headers: readonly SipHeader[], body = ''): SipRequest {
    const { uri, routes } = this.#path()
    return makeRequest(
      method,
      uri,
      [
        ...routes.map((route) => makeHeader('Route', route)),
        makeHeader('Max-Forwards', '70'),
        makeHeader('From', this.#local),
        makeHeader('To', this.#remote),
        makeHeader('Call-ID', this.callId),
        makeHeader('CSeq', `${sequence} ${method}`),
        ...headers,
      ],
      body,
    )
  }

  /**
   * Where requests go next; null when the target is no SIP URI, or behind a WebSocket (RFC 7118 5): then the flow of
   * the dialog is the only way.
   */
  hop(): NextHop | null {
    const next = this.routeSet[0] === undefined ? this.#remoteTarget : uriOf(this.routeSet[0])
    const uri = parseUri(next)
    if (!uri) return null
    const named = transportNamed(uri.params.get('transport'))
    if (named && transports[named].webSocket) return null
    // A URI without a transport that we know keeps that of the dialog.
    const chosen = named !== undefined || uri.scheme === 'sips'
    const keep: TransportName | null = chosen ? null : this.flow.transport
    return { kind: 'uri', uri, transport: keep }
  }

  /** Loose routing, or strict routing where the first route lacks lr (RFC 3261 12.2.1.1). */
  #path(): { uri: string; routes: readonly string[] } {
    const [first] = this.routeSet
    if (first === undefined) return { uri: this.#remoteTarget, routes: [] }
    const uri = parseNameAddr(first)?.uri ?? first
    const route = parseUri(uri)
    if (!route || route.params.has('lr')) return { uri: this.#remoteTarget, routes: this.routeSet }
    return { uri, routes: [...this.routeSet.slice(1), `<${this.#remoteTarget}>`] }
  }
}

/**
 * The URI of a Contact that requests can be sent to; null when there is none, and where it is one that must not stand
 * in a request line.
 */
function contactOf(message: SipRequest | SipResponse): string | null {
  const contact = headerList(message, 'contact')[0]
  return contact === undefined ? null : usable(uriOf(contact))
}

const usable = (uri: string): string | null => (parseUri(uri) ? uri : null)

/** Where the peer's messages come from, as a URI. */
function addressOf({ transport, remote }: Flow): string {
  const { parameter } = transports[transport]
  return `sip:${formatAddress(remote)}${parameter === null ? '' : `;transport=${parameter}`}`
}
