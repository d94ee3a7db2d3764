import { Agent, request } from 'undici'

import type { Cordon } from './start-cordon.ts'

/** Somebody with a browser, as far as signing in takes one: it keeps cookies, and follows where it is sent when told to. */
export interface Visitor {
  cookies: Map<string, string>
  /** A GET below `/api` of Cordon. */
  open(path: string): Promise<{ status: number; location: string; body: Record<string, unknown>; setCookies: string[] }>
  /** Goes to sign in; gives the address at Microsoft. */
  start(directory: string, next?: string): Promise<URL>
  /** Signs in as `user` there; gives the query that Microsoft sends back to Cordon. */
  signInAt(page: URL, user: string): Promise<string>
  /** All of it: what Cordon answers at the end. */
  signIn(directory: string, user: string, next?: string): Promise<Awaited<ReturnType<Visitor['open']>>>
  close(): Promise<void>
}

export function createVisitor(cordon: Cordon, ca: string): Visitor {
  const agent = new Agent({ connect: { ca } })
  const cookies = new Map<string, string>()

  const visitor: Visitor = {
    cookies,
    async open(path) {
      const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
      const answer = await request(`${cordon.url}/api${path}`, { headers: { ...(cookie && { cookie }) } })
      const setCookies = [answer.headers['set-cookie'] ?? []].flat()
      for (const line of setCookies) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        if (/Max-Age=0/i.test(line)) cookies.delete(name)
        else cookies.set(name, value)
      }
      const text = await answer.body.text()
      const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
      return { status: answer.statusCode, location: String(answer.headers['location'] ?? ''), body, setCookies }
    },
    async start(directory, next) {
      const query = new URLSearchParams({ directory, ...(next !== undefined && { next }) })
      return new URL((await visitor.open(`/sign-on/start?${query}`)).location)
    },
    async signInAt(page, user) {
      const answer = await request(page, {
        method: 'POST',
        dispatcher: agent,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ user }).toString(),
      })
      const text = await answer.body.text()
      const { location } = answer.headers
      if (typeof location !== 'string') throw new Error(`Nobody was sent back: ${answer.statusCode} ${text}`)
      return new URL(location).search
    },
    async signIn(directory, user, next) {
      const search = await visitor.signInAt(await visitor.start(directory, next), user)
      return visitor.open(`/sign-on/callback${search}`)
    },
    close: () => agent.close(),
  }
  return visitor
}
