/** A message as Wireshark shows what it found in it: each line set in under what it is a part of. */
export function tree(text: string): string {
  const [head, body] = text.split('\r\n\r\n') as [string, string]
  const [start, ...fields] = head.split('\r\n')
  const lines = body.split('\r\n').filter((line) => line !== '')
  const kind = start!.startsWith('SIP/') ? 'Status' : 'Request'
  return [
    `Session Initiation Protocol (${kind === 'Status' ? start!.slice(8, 11) : start!.split(' ')[0]})`,
    `    ${kind}-Line: ${start}`,
    '        [Resent Packet: False]',
    '    Message Header',
    ...fields.flatMap((field) => [`        ${field}`, '            Part of it: and what it means']),
    ...(lines.length > 0 ? ['    Message Body', '        Session Description Protocol'] : []),
    ...lines.flatMap((line) => [
      `            Something, as it is called (${line[0]}): ${line.slice(2)}`,
      '                Part of it: and what it means',
    ]),
    '',
    '',
  ].join('\n')
}

/** What it shows of the packet before the message; `epoch`: when it passed, in seconds, or nothing of it. */
const details = (from: string, to: string, epoch: string) => {
  const [[source, sourcePort], [destination, port]] = [from.split(':'), to.split(':')] as [string[], string[]]
  return [
    'Frame 1: 800 bytes on wire (6400 bits), 800 bytes captured (6400 bits)',
    '    Encapsulation type: Ethernet (1)',
    ...(epoch === '' ? [] : [`    Epoch Time: ${epoch} seconds`]),
    'Ethernet II, Src: 00:00:00_00:00:00 (00:00:00:00:00:00), Dst: 00:00:00_00:00:00 (00:00:00:00:00:00)',
    `Internet Protocol Version 4, Src: ${source}, Dst: ${destination}`,
    '    0100 .... = Version: 4',
    `User Datagram Protocol, Src Port: ${sourcePort}, Dst Port: ${port}`,
    '',
  ].join('\n')
}

interface Passed {
  readonly text: string
  readonly ends: readonly string[]
  readonly s: number
}

/** Packets with what is found in each; `epoch`: when those of a second passed. */
export const wireshark = (passed: readonly Passed[], epoch: (s: number) => string): string =>
  passed.map(({ text, ends: [from, to], s }) => details(from!, to!, epoch(s)) + tree(text)).join('')
