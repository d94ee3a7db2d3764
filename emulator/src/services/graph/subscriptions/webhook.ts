import { request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'

import { protocolNow } from '#clock.ts'

/** What a client's endpoint answered. */
export interface WebhookAnswer {
  /** 0 where it did not answer in time, or not at all. */
  status: number
  contentType: string
  body: string
  /** Milliseconds. */
  took: number
}

/** How long an endpoint may take. */
const PATIENCE = 10_000
const LARGEST_ANSWER = 65_536

/** Hosts that are this machine; the emulator calls no other. */
export const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)

/**
 * Posts to an endpoint on this machine, over HTTP or HTTPS with whatever certificate. Redirects are answers like others.
 * Never throws: who does not answer has the status 0.
 */
export function post(url: URL, body: string, contentType: string, closing?: AbortSignal): Promise<WebhookAnswer> {
  const started = protocolNow()
  const took = () => protocolNow() - started
  return new Promise((resolve) => {
    const silent = () => resolve({ status: 0, contentType: '', body: '', took: took() })
    if (!isLoopback(url) || closing?.aborted) return silent()
    const request = url.protocol === 'https:' ? requestSecure : requestPlain
    const headers = { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }
    const options = { method: 'POST', headers, rejectUnauthorized: false, ...(closing ? { signal: closing } : {}) }
    const outgoing = request(url, options, (incoming) => {
      const chunks: Buffer[] = []
      let size = 0
      incoming.on('data', (chunk: Buffer) => {
        if ((size += chunk.length) <= LARGEST_ANSWER) chunks.push(chunk)
        else outgoing.destroy()
      })
      incoming.on('error', silent)
      incoming.on('end', () => {
        clearTimeout(timer)
        resolve({
          status: incoming.statusCode ?? 0,
          contentType: incoming.headers['content-type'] ?? '',
          body: Buffer.concat(chunks).toString('utf8'),
          took: took(),
        })
      })
    })
    const timer = setTimeout(() => outgoing.destroy(), PATIENCE)
    outgoing.on('error', silent)
    outgoing.on('close', () => {
      clearTimeout(timer)
      silent()
    })
    outgoing.end(body)
  })
}
