import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { Agent } from 'undici'

import { loopbackCertificate } from '#forward/testing/loopback-certificate.ts'

import type { Emulator } from './start-emulator.ts'

/**
 * Stands in front of the emulated sign-in service and hands everything through, save what a test wants forged: ID tokens that no
 * well-behaved service would issue, with a key that it publishes or with none.
 */
export interface ForgingLogin {
  origin: string
  ca: string
  /** What CORDON_CLOUD_FILE would name. */
  cloudFile: string
  /** Makes the ID token that is sent instead of the one with these claims; the real one is sent when absent. */
  forge: ((claims: Claims) => string) | undefined
  /** Paths that were asked for. */
  asked: string[]
  sign(claims: Claims, header?: Record<string, unknown>): string
  /** Signed with the published key as if it were a shared secret. */
  signWithPublicKey(claims: Claims): string
  stop(): Promise<void>
}

export type Claims = Record<string, unknown>

const KID = 'of-the-forger'

export async function startForgingLogin(emulator: Emulator, folder: string): Promise<ForgingLogin> {
  const certificate = await loopbackCertificate(Date.now())
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const agent = new Agent({ connect: { ca: await readFile(emulator.caFile, 'utf8') } })
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const unsigned = (claims: Claims, header: object) => `${encode(header)}.${encode(claims)}`

  const login: ForgingLogin = {
    origin: '',
    ca: certificate.cert,
    cloudFile: join(folder, 'forging-cloud.json'),
    forge: undefined,
    asked: [],
    sign(claims, header = {}) {
      const text = unsigned(claims, { alg: 'RS256', typ: 'JWT', kid: KID, ...header })
      return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`
    },
    signWithPublicKey(claims) {
      const text = unsigned(claims, { alg: 'HS256', typ: 'JWT', kid: KID })
      const secret = publicKey.export({ type: 'spki', format: 'pem' })
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await agent.close()
    },
  }

  /** The reply as it goes on: keys with the forger's beside them, tokens as the test wants them. */
  function changed(path: string, text: string): string {
    if (path.includes('/discovery/')) {
      const { keys } = JSON.parse(text) as { keys: object[] }
      const own = { ...publicKey.export({ format: 'jwk' }), kid: KID, use: 'sig' }
      return JSON.stringify({ keys: [...keys, own] })
    }
    if (!path.endsWith('/token') || !login.forge) return text
    const reply = JSON.parse(text) as { id_token?: string }
    if (reply.id_token === undefined) return text
    const claims = JSON.parse(Buffer.from(reply.id_token.split('.')[1]!, 'base64url').toString()) as Claims
    return JSON.stringify({ ...reply, id_token: login.forge(claims) })
  }

  const server = createServer(certificate, async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const { method = 'GET', url = '/', headers } = incoming
    const path = url.split('?')[0]!
    login.asked.push(path)
    const { host = '', cookie, 'content-type': type } = headers
    const reply = await agent.request({
      origin: emulator.url,
      path: url,
      method: method as 'GET',
      headers: { host, ...(cookie && { cookie }), ...(type && { 'content-type': type }) },
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    })
    const { 'content-length': _length, 'transfer-encoding': _encoding, ...kept } = reply.headers
    response.writeHead(reply.statusCode, kept).end(changed(path, await reply.body.text()))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  login.origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const caFile = join(folder, 'forging-ca.pem')
  await writeFile(caFile, certificate.cert)
  const cloud = { name: 'emulated', title: 'Emulated Microsoft cloud', origin: login.origin, caFile }
  await writeFile(login.cloudFile, JSON.stringify(cloud))
  return login
}
