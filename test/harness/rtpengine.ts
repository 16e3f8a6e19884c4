import { createSocket } from 'node:dgram'
import { findPeer } from './install-peers.ts'
import { Running, freePort } from './process.ts'

export interface Rtpengine extends Running {
  /** Where it takes commands (NG protocol). */
  readonly control: number
}

/** rtpengine on loopback, in user space: the kernel's part is not needed. */
export async function startRtpengine(): Promise<Rtpengine> {
  const control = await freePort()
  const first = await freePort(40)
  const rtpengine = new Running(findPeer('rtpengine')!, [
    ...['--config-file=none', '--foreground', '--log-stderr', '--log-level=4', '--table=-1'],
    ...['--interface=127.0.0.1', `--listen-ng=127.0.0.1:${control}`],
    ...[`--port-min=${first}`, `--port-max=${first + 39}`],
  ])
  await answersPing(control)
  return Object.assign(rtpengine, { control })
}

function answersPing(control: number): Promise<void> {
  const socket = createSocket('udp4')
  const ask = () => socket.send('1 d7:command4:pinge', control, '127.0.0.1')
  const again = setInterval(ask, 100)
  let giveUp: NodeJS.Timeout
  return new Promise<void>((resolve, reject) => {
    giveUp = setTimeout(() => reject(new Error('rtpengine does not answer')), 8000)
    socket.once('message', () => resolve())
    ask()
  }).finally(() => {
    clearInterval(again)
    clearTimeout(giveUp)
    socket.close()
  })
}
