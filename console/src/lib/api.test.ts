import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterEach, describe, expect, it } from 'vitest'

import { api, tenantApi } from './api.ts'
import { ApiError, onSignedOut, toProblem } from './http.ts'

const realFetch = globalThis.fetch
let server: Server | undefined

/** A server on loopback, and a fetch that reaches it by path alone as a page does. */
async function serve(listener: RequestListener): Promise<void> {
  server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server!.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  globalThis.fetch = (input, init) => realFetch(new URL(String(input), `http://127.0.0.1:${port}`), init)
}

async function problemOf(call: Promise<unknown>) {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ApiError)
  return toProblem(error)
}

afterEach(() => {
  globalThis.fetch = realFetch
  onSignedOut(() => {})
  server?.closeAllConnections()
  server?.close()
})

describe('the door to the server', () => {
  it('sends what is given, leaves out what is not, and parses the reply', async () => {
    let asked = ''
    await serve((request, response) => {
      asked = request.url!
      response.end(JSON.stringify({ alerts: [] }))
    })
    expect(await tenantApi('a b').alerts({ status: 'open' })).toEqual({ alerts: [] })
    expect(asked).toBe('/api/tenants/a%20b/alerts?status=open')
  })

  it('gives a problem word for word', async () => {
    const sent = { type: '/docs/errors#X', title: 'What', status: 400, code: 'X', why: 'Why', fix: 'Fix' }
    await serve((_request, response) => response.writeHead(400).end(JSON.stringify(sent)))
    expect(await problemOf(api.connections())).toEqual(sent)
  })

  it('explains a reply that is not of the contract instead of showing half of it', async () => {
    await serve((_request, response) => response.end('{"alerts":[{}]}'))
    expect(await problemOf(tenantApi('t').alerts({}))).toMatchObject({ code: 'CONSOLE_REPLY_UNREADABLE' })
  })

  it('explains an answer that is no problem document, such as that of a proxy', async () => {
    await serve((_request, response) => response.writeHead(502).end('<h1>Bad Gateway</h1>'))
    expect(await problemOf(api.actions())).toMatchObject({ status: 502, why: '<h1>Bad Gateway</h1>' })
  })

  it('explains a server that does not answer', async () => {
    globalThis.fetch = (_input, init) => realFetch('http://127.0.0.1:1/', init)
    expect(await problemOf(api.actions())).toMatchObject({ code: 'CONSOLE_SERVER_UNREACHABLE', status: 0 })
  })

  it('says that the session is over, except where the question was whether there is one', async () => {
    let signedOut = 0
    onSignedOut(() => (signedOut += 1))
    await serve((_request, response) => response.writeHead(401).end('{}'))
    await problemOf(api.session())
    await problemOf(api.signIn({ name: 'a', password: 'b' }))
    expect(signedOut).toBe(0)
    await problemOf(api.connections())
    expect(signedOut).toBe(1)
  })
})
