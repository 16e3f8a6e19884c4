import JsSIP, { type UA } from 'jssip'

/** What carries SIP to the engine and back, a message at a time. */
export interface Line {
  send(message: string): void
  hear(listener: (message: string) => void): void
}

export interface PhoneEvents {
  /** Both sides hear each other. */
  up(): void
  /** The other side's audio. */
  heard(stream: MediaStream): void
  /** `why`: a clause; null where somebody wished so. */
  ended(why: string | null): void
}

/** A call of the phone. */
export interface PhoneCall {
  hangUp(): void
}

/** A socket of JsSIP over the line: there is no connection to open or to lose. */
class LineSocket {
  readonly url = 'ws://voice.invalid'
  readonly via_transport = 'WS'
  readonly sip_uri = 'sip:voice.invalid;transport=ws'
  readonly #line: Line
  onconnect = () => {}
  ondata: <Message>(message: Message) => void = () => {}

  constructor(line: Line) {
    this.#line = line
  }

  connect(): void {
    this.#line.hear((message) => this.ondata(message))
    queueMicrotask(() => this.onconnect())
  }

  disconnect(): void {}

  ondisconnect(): void {}

  isConnected(): boolean {
    return true
  }

  isConnecting(): boolean {
    return false
  }

  send(message: string): boolean {
    this.#line.send(message)
    return true
  }
}

/** One for the window: it answers what the engine says of calls that are over. */
let phone: UA | null = null

function phoneOn(line: Line): UA {
  if (phone) return phone
  phone = new JsSIP.UA({
    sockets: [new LineSocket(line)],
    uri: 'sip:window@voice.invalid',
    register: false,
    session_timers: false,
    // The engine answers when the call that it is for is answered.
    no_answer_timeout: 600,
  })
  phone.start()
  return phone
}

/** Calls that URI with the microphone. The stream stays the caller's. */
export function callWith(stream: MediaStream, uri: string, line: Line, events: PhoneEvents): PhoneCall {
  let over = false
  const end = (why: string | null) => {
    if (over) return
    over = true
    events.ended(why)
  }
  const session = phoneOn(line).call(uri, {
    mediaStream: stream,
    mediaConstraints: { audio: true, video: false },
    pcConfig: { iceServers: [] },
    eventHandlers: {
      peerconnection: ({ peerconnection }: { peerconnection: RTCPeerConnection }) =>
        peerconnection.addEventListener('track', ({ track }) => events.heard(new MediaStream([track]))),
      confirmed: () => events.up(),
      ended: () => end(null),
      failed: ({ cause }: { cause?: string }) => end(cause ?? 'it was not answered'),
    },
  })
  return {
    hangUp() {
      if (over) return
      over = true
      session.terminate()
    },
  }
}
