import { InvalidArgumentError, Option } from 'commander'

import { MAILBOXES, ORGANIZATIONS, isOrganization } from '#world/world.ts'
import type { Organization } from '#world/world.ts'
import type { Strictness } from '#throttle/throttle.ts'

/** How options are declared and read. */

/** `--proxy-port` can also come from `M365_EMULATOR_PROXY_PORT`; a switch is on there unless empty, `0` or `false`. */
export function option(flags: string, description: string, parse?: (text: string) => unknown): Option {
  const made = new Option(flags, description)
  const name = `M365_EMULATOR_${made.long!.slice(2).replaceAll('-', '_').toUpperCase()}`
  const isSwitch = !made.required && !made.optional
  // A switch that is set to anything is on for the parser.
  if (isSwitch && ['', '0', 'false'].includes(process.env[name] ?? '')) delete process.env[name]
  made.env(name)
  return parse ? made.argParser(parse) : made
}

export const port = (text: string): number => wholeNumber(65_535)(text)

export const portOrOff = (text: string): number | 'off' => (text === 'off' ? text : port(text))

export const wholeNumber = (most: number) => (text: string) => {
  if (!/^\d+$/.test(text) || Number(text) > most) throw new InvalidArgumentError(`Give a whole number up to ${most}.`)
  return Number(text)
}

export function organization(text: string): Organization {
  const wanted = /^\d+$/.test(text) ? Number(text) : text
  if (isOrganization(wanted)) return wanted
  const names = Object.keys(ORGANIZATIONS).join(', ')
  throw new InvalidArgumentError(`Give ${names}, or a number from ${MAILBOXES.fewest} to ${MAILBOXES.most}.`)
}

export function strictness(text: string): Strictness {
  if (text === 'real' || text === 'off') return text
  const times = Number(/^x(\d+(?:\.\d+)?)$/.exec(text)?.[1])
  if (!(times > 0)) throw new InvalidArgumentError('Give real, off, or a factor such as x10.')
  return times
}

export function factor(text: string): number {
  const times = wholeNumber(1000)(text)
  if (times > 0) return times
  throw new InvalidArgumentError('Give a whole number from 1 to 1000.')
}

export function moment(text: string): number {
  const time = Date.parse(text)
  if (Number.isNaN(time)) throw new InvalidArgumentError('Give a moment such as 2026-11-20T08:00:00Z.')
  return time
}
