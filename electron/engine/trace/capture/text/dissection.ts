/** A message of SIP as it stands in a tree, and how far its branches are set in. */
interface Branch {
  readonly start: string | null
  readonly headers: string[]
  readonly body: string[]
  part: 'line' | 'head' | 'body'
  isShort: boolean
  /** Where fields of the head, and lines of its session description, begin: -1 while that is not known. */
  fields: number
  /** Characters of its lines. */
  size: number
}

/** No message of SIP is longer: what goes on is no line of it. */
const mostCharacters = 256 * 1024

const packetLine = /^Frame \d+: (?:Packet, )?\d+ bytes/
const messageLine = /^ *Session Initiation Protocol(?: \(|$)/
const startLine = /^ *(?:Request|Status)-Line: (.*)$/
const ipLine = /^ *Internet Protocol Version [46], Src: (.{1,200}), Dst: (.{1,200})$/
const portLine = /^ *(User Datagram|Transmission Control) Protocol, Src Port: ([^,]{1,60}), Dst Port: ([^,]{1,60})/
const epochLine = /^ *Epoch (?:Arrival )?Time: (\d{1,12}\.\d{1,9}) seconds/
const sctpLine = /^ *Stream Control Transmission Protocol, Src Port: ([^,]{1,60}), Dst Port: ([^,]{1,60})/
const linkLine = /^ *Encapsulation type: [^()]{1,80} \((\d{1,4})\)$/
/** By Wireshark's numbers of links, those of captures. */
const links: ReadonlyMap<number, number> = new Map([
  [1, 1],
  [4, 9],
  [7, 101],
  [15, 0],
  [19, 204],
  [20, 105],
  [23, 127],
  [25, 113],
  [26, 107],
  [28, 104],
  [97, 192],
  [98, 197],
  [129, 228],
  [130, 229],
  [139, 51],
  [141, 239],
  [155, 252],
  [171, 258],
  [174, 108],
  [210, 276],
])
/** What is shown of a line that is too long to show. */
const shortened = '[truncated]'
const tlsLine = /^ *(?:Transport Layer Security|Secure Sockets Layer)/
const fieldName = /^[A-Za-z0-9.!%*_+`'~-]{1,100} ?:/
/** `Media Attribute (a): sendrecv`: what each line of a session description is called, its letter, its value. */
const sessionLine = /\(([a-z])\): ?/

const indentOf = (line: string) => line.length - line.trimStart().length
/** What stands in brackets behind a name: `sip (5060)`, `pbx.example (192.0.2.1)`. */
const inBrackets = (text: string) => /\(([^()]*)\)$/.exec(text)?.[1] ?? text

/**
 * Packets as Wireshark and tshark print what they found in them (`tshark -V`, "Export Packet Dissections", a copy of
 * the details): lines that are set in under others. What it gives back are messages as other texts have them.
 */
export class Dissection {
  /** When the packet passed, as its lines say. */
  time: string | null = null
  /** The link type of the packet; null where its lines do not say it, -1 where it is none that is known here. */
  link: number | null = null
  /** What is shown was put together of several packets, or is not in the packet as it is. */
  derived = false
  /** Messages of which lines are not shown as a whole. */
  shortened = 0
  #open = false
  #hosts: readonly [string, string] | null = null
  #ports: readonly [string, string] | null = null
  #transport = ''
  #message: Branch | null = null

  /** Lines of a message that is whole now, mostly none; null where the line is of no dissection. */
  add(line: string): readonly string[] | null {
    if (packetLine.test(line)) return this.#begin()
    if (!this.#open && !messageLine.test(line) && !ipLine.test(line)) return null
    this.#open = line.trim() !== ''
    if (!this.#open) return this.end()
    if (messageLine.test(line)) return this.#beginMessage()
    if (this.#message) this.#inMessage(this.#message, line)
    else this.#outside(line)
    return []
  }

  /** Nothing more will come of the packet. */
  end(): readonly string[] {
    const message = this.#message
    this.#message = null
    if (message === null || message.start === null) return []
    if (message.isShort) this.shortened++
    const ends = (this.#hosts ?? []).map((host, i) => `${host.includes(':') ? `[${host}]` : host}:${this.#ports?.[i]}`)
    const said = `${this.time ?? ''} ${this.#transport} ${ends.join(' -> ')}`
    return ['', said.trim(), message.start, ...message.headers, '', ...message.body]
  }

  #begin(): readonly string[] {
    const before = this.end()
    this.#open = true
    this.time = null
    this.link = null
    this.derived = false
    this.#hosts = null
    this.#ports = null
    this.#transport = ''
    return before
  }

  #beginMessage(): readonly string[] {
    const before = this.end()
    this.#message = { start: null, headers: [], body: [], part: 'line', isShort: false, fields: -1, size: 0 }
    return before
  }

  /** Of what is wrapped in something the innermost comes last. */
  #outside(line: string): void {
    const hosts = ipLine.exec(line)
    if (hosts) this.#hosts = [inBrackets(hosts[1]!), inBrackets(hosts[2]!)]
    const ports = portLine.exec(line)
    if (ports) {
      this.#ports = [inBrackets(ports[2]!), inBrackets(ports[3]!)]
      this.#transport = ports[1] === 'User Datagram' ? 'udp' : 'tcp'
    }
    const sctp = sctpLine.exec(line)
    if (sctp) this.#ports = [inBrackets(sctp[1]!), inBrackets(sctp[2]!)]
    if (tlsLine.test(line)) this.#transport = 'tls'
    else if (line.startsWith('WebSocket')) this.#transport = this.#transport === 'tls' ? 'wss' : 'ws'
    if (sctp || /^(?:tls|wss?)$/.test(this.#transport) || line.includes(' Reassembled ')) this.derived = true
    const link = linkLine.exec(line)
    if (link) this.link = links.get(Number(link[1])) ?? -1
    this.time ??= epochLine.exec(line)?.[1] ?? null
  }

  #inMessage(message: Branch, line: string): void {
    message.size += line.length
    if (message.size > mostCharacters) {
      message.isShort = true
      return
    }
    const [indent, text] = [indentOf(line), line.trimStart()]
    const start = message.start === null ? startLine.exec(line) : null
    if (start) this.#message = { ...message, start: start[1]! }
    else if (text === 'Message Header') [message.part, message.fields] = ['head', indent + 4]
    else if (text === 'Message Body') [message.part, message.fields] = ['body', -1]
    else if (message.part === 'head') {
      const field = text.startsWith(shortened) ? text.slice(shortened.length) : text
      if (indent !== message.fields || !fieldName.test(field)) return
      message.headers.push(field)
      message.isShort ||= field !== text
    } else if (message.part === 'body') {
      if (text === 'Session Description Protocol') message.fields = indent + 4
      // Text that is no session description stands as it is, with its line ends.
      if (message.fields < 0 && text.endsWith('\\r\\n')) message.body.push(text.slice(0, -4))
      const letter = indent === message.fields ? sessionLine.exec(text) : null
      if (letter) message.body.push(`${letter[1]}=${text.slice(letter.index + letter[0].length)}`)
    }
  }
}
