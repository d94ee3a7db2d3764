import type { Application } from '#world/applications.ts'

import { badRedirect } from './errors.ts'

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Where a browser is sent back to. The port of a registered loopback address does not count, since native clients take the
 * one they get.
 *
 * @throws LoginError 50011.
 */
export function readRedirectUri(application: Application, given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (!url || url.hash !== '') throw badRedirect(given, application.clientId)
  const registered = application.redirectUris
  const allowed = registered
    ? registered.some(
        (each) => each === given || (LOOPBACK.has(url.hostname) && withoutPort(each) === withoutPort(given)),
      )
    : url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname))
  if (!allowed) throw badRedirect(given, application.clientId)
  return given
}

function withoutPort(text: string): string {
  if (!URL.canParse(text)) return text
  const url = new URL(text)
  url.port = ''
  return url.href
}

/** The address with parameters added, those that are undefined left out. */
export function withParameters(
  address: string,
  parameters: Readonly<Record<string, string | undefined>>,
  where: 'query' | 'fragment' = 'query',
): string {
  const url = new URL(address)
  const added = where === 'fragment' ? new URLSearchParams() : url.searchParams
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) added.set(name, value)
  if (where === 'fragment') url.hash = added.toString()
  return url.href
}
