import { connect } from 'node:net'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { protocolNow } from '#clock.ts'

import { answersFor } from './hosts.ts'
import type { Journal } from './journal.ts'

/**
 * A CONNECT proxy for clients whose host names are fixed in their code: it leads `graph.microsoft.com:443` to the HTTPS
 * door and refuses every host that is not emulated, so that nothing leaves the machine by way of it. Needs no privilege and
 * no change to the hosts file; the client must trust the emulator's authority.
 */
export interface Proxy {
  /** `http://127.0.0.1:<port>`, for `HTTPS_PROXY`. */
  url: string
  close(): Promise<void>
}

export interface ProxyOptions {
  /** 0 picks a free one. */
  port: number
  /** Names that are led to the door; `*.` stands for one label. */
  hosts: readonly string[]
  /** Port of the HTTPS door. */
  doorPort: number
  journal: Journal
}

/** Opens the proxy on 127.0.0.1. @throws the listen error (`EADDRINUSE`, `EACCES`). */
export async function openProxy({ port, hosts, doorPort, journal }: ProxyOptions): Promise<Proxy> {
  const server = createServer((request, answer) => {
    refuse(request.url ?? '')
    answer.writeHead(405, { 'content-type': 'text/plain' })
    answer.end('This proxy only leads CONNECT to the emulated hosts.\n')
  })
  const refuse = (what: string) => journal.add('proxy', 'CONNECT', what, 403, protocolNow(), 0, 'refused: not emulated')
  server.on('connect', (request, client, head) => {
    const target = request.url ?? ''
    const [host = '', targetPort = ''] = target.toLowerCase().split(':')
    if (targetPort !== '443' || !hosts.some((name) => answersFor(name, host))) {
      refuse(target)
      client.end(
        `HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${target} is not emulated.\n`,
      )
      return
    }
    const door = connect(doorPort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      door.write(head)
      door.pipe(client)
      client.pipe(door)
    })
    for (const [one, other] of [
      [door, client],
      [client, door],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  const open = new Set<{ destroy: () => void }>()
  server.on('connection', (socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}
