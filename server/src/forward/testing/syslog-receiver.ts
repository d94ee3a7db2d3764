import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'

import type { LoopbackCertificate } from './loopback-certificate.ts'
import { type Receiver, takings } from './receiver.ts'

/** `<length> <message>`, as RFC 5425 frames them; the rest of a frame that is not whole yet. */
function framesIn(bytes: Buffer): { frames: string[]; rest: Buffer } {
  const frames: string[] = []
  for (let rest = bytes; ;) {
    const space = rest.indexOf(0x20)
    const length = Number(rest.subarray(0, Math.max(space, 0)).toString('latin1'))
    if (space === -1 || rest.length < space + 1 + length) return { frames, rest }
    frames.push(rest.subarray(space + 1, space + 1 + length).toString('utf8'))
    rest = rest.subarray(space + 1 + length)
  }
}

const MESSAGE = /^<(\d+)>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S{1,255} cordon - \S{1,32} - (\{.*\})$/s

/** A syslog receiver over TLS. What it reads counts when the sender has ended, as with any that reads line by line. */
export async function startSyslogReceiver(certificate: LoopbackCertificate): Promise<Receiver> {
  const log = takings()
  const sockets = new Set<TLSSocket>()
  const server = createServer({ ...certificate, allowHalfOpen: true }, (socket) => void receive(socket))

  async function receive(socket: TLSSocket): Promise<void> {
    const struck = log.visit()
    sockets.add(socket.on('close', () => sockets.delete(socket)))
    socket.on('error', () => undefined)
    if (struck === 'hang') return
    if (struck === 'cut') return void socket.once('data', () => socket.end())
    if (struck === 'reset') return void socket.once('data', () => socket.destroy())
    let rest: Buffer = Buffer.alloc(0)
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      const read = framesIn(Buffer.concat([rest, chunk]))
      rest = read.rest
      for (const frame of read.frames) {
        const [, priority, document] = MESSAGE.exec(frame) ?? []
        if (document !== undefined && priority === '134') log.take(JSON.parse(document) as { event: { id: string } })
      }
    }
    socket.end()
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    options: { host: 'localhost', port: (server.address() as AddressInfo).port, ca: certificate.cert },
    ...log.receiver,
    get visits() {
      return log.receiver.visits
    },
    async close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
