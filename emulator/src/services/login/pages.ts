import type { Reply, Request } from '#http/exchange.ts'

import { describe } from './errors.ts'
import { endSession } from './session.ts'
import { withParameters } from './redirect-uri.ts'
import type { LoginError } from './errors.ts'

/** Text made safe to stand in HTML, within quotes too. */
export const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;color:#1b1b1f;background:#f2f4f8;margin:0}
main{max-width:28rem;margin:8vh auto;background:#fff;padding:2rem;border-radius:8px;box-shadow:0 2px 12px #0002}
h1{font-size:1.3rem;margin:0 0 .5rem}small{color:#5c5f66}ul{list-style:none;padding:0}li{margin:.35rem 0}
button{font:inherit;width:100%;text-align:left;padding:.5rem .75rem;border:1px solid #c6cad2;border-radius:4px;background:#fff;cursor:pointer}
button:hover,button:focus{border-color:#245bd6}input{font:inherit;padding:.45rem;width:100%;box-sizing:border-box}`

/** A page of the sign-in service. `content` is HTML. It says on each that it is no part of Microsoft. */
export const page = (status: number, title: string, content: string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store, no-cache',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    ...headers,
  },
  body: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>${STYLE}</style></head>
<body><main><h1>${escaped(title)}</h1>
${content}
<p><small>An emulated sign-in service. It is no part of Microsoft.</small></p></main></body></html>
`,
})

export const redirect = (to: string, headers: Record<string, string> = {}): Reply => ({
  status: 302,
  headers: { location: to, 'cache-control': 'no-store, no-cache', ...headers },
})

/** What a person is shown who cannot be sent back to the application. */
export function errorPage(error: LoginError, correlationId?: string): Reply {
  const { description } = describe(error, correlationId)
  return page(
    error.status,
    'Sorry, but we’re having trouble signing you in.',
    `<p role="alert">${escaped(description)}</p>`,
  )
}

/** Ends the browser's session and goes where the application asked for, if that is an address of the web. */
export function logOut(request: Request): Reply {
  const cookie = { 'set-cookie': endSession(request.origin) }
  const wanted = request.query.get('post_logout_redirect_uri') ?? ''
  if (!URL.canParse(wanted) || !/^https?:$/.test(new URL(wanted).protocol))
    return page(200, 'You signed out of your account', '<p>Close all browser windows.</p>', cookie)
  return redirect(withParameters(wanted, { state: request.query.get('state') }), cookie)
}
