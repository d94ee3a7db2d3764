import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What no server here can beat: Node's own, answering every request with the same 400 bytes. Prints its port. */
const body = Buffer.from(JSON.stringify({ text: 'x'.repeat(389) }))
const headers = { 'content-type': 'application/json', 'content-length': body.length }
const server = createServer((_, answer) => answer.writeHead(200, headers).end(body))
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
