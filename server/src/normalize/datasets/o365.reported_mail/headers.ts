import { isObject, textOf } from '#normalize/json.ts'

/**
 * What a message's headers say, by name, whatever its case; the topmost where there are several, which the last server wrote.
 * `headers` is an object by name, lists where a name came more than once.
 */
export function headerOf(headers: unknown, name: string): string | undefined {
  if (!isObject(headers)) return undefined
  const found = Object.keys(headers).find((known) => known.toLowerCase() === name)
  const value = found === undefined ? undefined : headers[found]
  return textOf(Array.isArray(value) ? value[0] : value)
}

const CLIENT_IP = /\bclient-ip=([0-9a-f.:]{3,45})/i
const CONNECTING_IP = /\bCIP:([0-9a-f.:]{3,45});/i

/** The address that delivered the message to Microsoft, by what Microsoft itself wrote; a sender can write what it likes. */
export function originAddress(headers: unknown): string | undefined {
  const spam = CONNECTING_IP.exec(headerOf(headers, 'x-forefront-antispam-report') ?? '')?.[1]
  return spam ?? CLIENT_IP.exec(headerOf(headers, 'received-spf') ?? '')?.[1]
}

const MAIL_DATE =
  /^(?:[A-Za-z]{3},\s*)?(\d{1,2})\s+([A-Za-z]{3})\s+(\d{4})\s+(\d\d:\d\d(?::\d\d)?)\s*([+-]\d{4}|GMT|UTC?|Z)/

/** The header's date, `Fri, 20 Nov 2026 09:02:12 +0100`, as ISO 8601 UTC; undefined where it is none. */
export function parseMailDate(value: unknown): string | undefined {
  const [, day, month, year, time, zone] = MAIL_DATE.exec(textOf(value) ?? '') ?? []
  if (day === undefined) return undefined
  const at = new Date(`${day} ${month} ${year} ${time} ${/\d/.test(zone!) ? zone : 'GMT'}`)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}
