import type { Command } from 'commander'
import { z } from 'zod'

import { isoTime, systemClock } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'

const Options = z.object({ since: z.string(), from: z.string().optional(), to: z.string().optional() })
const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Adds the options that choose a time range; `since` is how far back it reaches when nothing is said. */
export function rangeOptions(command: Command, since: string): Command {
  return command
    .option('--since <time>', 'how far back: 30m, 24h, 7d', since)
    .option('--from <time>', 'start (ISO 8601), instead of --since')
    .option('--to <time>', 'end (ISO 8601); now when absent')
}

/** The chosen range as the API takes it. @throws AppError REQUEST_INVALID. */
export function rangeParams(command: Command): { from: string; to: string } {
  const options = Options.parse(command.opts())
  const to = options.to === undefined ? systemClock.now() : timeOf('--to', options.to)
  const from = options.from === undefined ? to - lengthOf(options.since) : timeOf('--from', options.from)
  return { from: isoTime(from), to: isoTime(to) }
}

function timeOf(option: string, text: string): number {
  const time = Date.parse(text)
  if (Number.isFinite(time)) return time
  throw invalid(`${option} is ${JSON.stringify(text)}, which is no time.`, 'Write it like 2026-11-20T08:00:00Z.')
}

function lengthOf(text: string): number {
  const [, number, unit] = /^(\d+)([mhd])$/.exec(text) ?? []
  if (number !== undefined) return Number(number) * UNIT_MS[unit as keyof typeof UNIT_MS]
  throw invalid(`--since is ${JSON.stringify(text)}, which is no length of time.`, 'Write it like 30m, 24h or 7d.')
}

function invalid(why: string, fix: string): AppError {
  return new AppError({ code: 'REQUEST_INVALID', what: 'The time range was not understood.', why, fix })
}
