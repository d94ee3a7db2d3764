import { isIPv4 } from 'node:net'

import { odataQuery, odataString } from '#connect/apis/graph/odata.ts'
import { isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { MailCondition } from '#domain/mail-filter.ts'

import type { PairQuestion, PairSource, Sighting, Term } from './pair.ts'
import { sightingsOf, timeOf, TraceRow } from './trace-row.ts'
import { addressParts, internetMessageId, networkMessageId, subjectPiece } from './values.ts'

/**
 * Message trace: Exchange's own log of deliveries, which every tenant has. It goes back 90 days and is asked for ten at a
 * time, one value for each property, `or` being ignored; a question costs one of the 100 requests that Microsoft allows a
 * tenant in five minutes for each ten days and alternative.
 * @see https://learn.microsoft.com/graph/api/messagetracingroot-list-messagetraces
 */
export const messageTrace: PairSource = {
  name: 'message-trace',
  // Microsoft names no figure; administrators see mail after five to ten minutes.
  delayMs: 15 * 60_000,
  reachMs: 90 * 86_400_000,
  term: traceTerm,
  tooMuch({ branches, from, to }) {
    // A message that is asked for by its id is looked for no longer than until it is found.
    const windows = branches.every(isPinned) ? 1 : windowsOf(from, to).length
    const requests = branches.length * windows
    return requests > REQUESTS_MAX
      ? `It would take ${requests} requests; Microsoft allows a tenant 100 in five minutes, and ${REQUESTS_MAX} of them are used for one answer.`
      : undefined
  },
  ask: (question, found) => new Trace(question, found).run(),
}

/** Of the 100 in five minutes, so that other investigations and other programs have theirs. */
const REQUESTS_MAX = 25
const WINDOW_MS = 10 * 86_400_000
const PAGE = 5000
/** Microsoft lists only so many recipients of a message unless it is asked for by its id (Get-MessageTraceV2). */
const RECIPIENTS_LISTED = 1000
const HOUR = 3_600_000

/**
 * The sender of a trace is that of the envelope, where bulk mail names the sending service: looking for the From address
 * there finds much and not all.
 */
function traceTerm({ field, value }: MailCondition): Term | undefined {
  const exact = (property: string, text: string): Term => ({ property, text, kind: 'exact' })
  switch (field) {
    case 'network-message-id':
      return idTerm(networkMessageId(value))
    case 'internet-message-id':
      return exact('messageId', `messageId eq ${odataString(internetMessageId(value))}`)
    case 'subject': {
      const piece = subjectPiece(value)
      return piece === undefined ? undefined : exact('subject', `contains(subject,${odataString(piece)})`)
    }
    case 'from': {
      const { address } = addressParts(value)
      return address === undefined
        ? undefined
        : { property: 'senderAddress', text: `senderAddress eq ${odataString(address)}`, kind: 'hint' }
    }
    case 'sender-ip':
      return isIPv4(value.trim())
        ? { property: 'fromIP', text: `fromIP eq ${odataString(value.trim())}`, kind: 'hint' }
        : undefined
    default:
      return undefined
  }
}

function idTerm(id: string): Term {
  return { property: 'id', text: `id eq ${odataString(id)}`, kind: 'exact', networkMessageId: id }
}

/** One question: its branches at the same time, each window by window. */
class Trace {
  readonly #question: PairQuestion
  readonly #found: (sighting: Sighting) => void
  #requests = 0

  constructor(question: PairQuestion, found: (sighting: Sighting) => void) {
    this.#question = question
    this.#found = found
  }

  async run(): Promise<string | undefined> {
    const { branches } = this.#question
    // Settled, so that nothing is read any more once this has failed.
    const ends = await Promise.allSettled(branches.map((branch) => this.#readBranch(branch)))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
    return ends.every((end) => end.status === 'fulfilled' && end.value) ? undefined : UNFINISHED
  }

  /** Whether all was read. The newest window first: there a message that is asked for by its id mostly is. */
  async #readBranch(branch: readonly Term[]): Promise<boolean> {
    const found: TraceRow[] = []
    for (const window of windowsOf(this.#question.from, this.#question.to)) {
      if (!(await this.#read(window, branch, found))) return false
      if (isPinned(branch) && found.some((row) => timeOf(row) > window.from + HOUR)) return true
    }
    return isPinned(branch) || this.#readRecipients(found)
  }

  /** Of messages whose recipients may not all be listed: sent to a distribution list, or to too many. */
  async #readRecipients(found: readonly TraceRow[]): Promise<boolean> {
    for (const [id, rows] of Map.groupBy(found, (row) => row.id)) {
      if (rows.length < RECIPIENTS_LISTED && !rows.some(({ status }) => status === 'expanded')) continue
      const [oldest, newest] = rows.reduce(
        ([least, most], row) => [Math.min(least, timeOf(row)), Math.max(most, timeOf(row))],
        [Infinity, -Infinity],
      )
      const window = { from: oldest - HOUR, to: Math.min(newest + HOUR, this.#question.to) }
      if (!(await this.#read(window, [idTerm(id)], []))) return false
    }
    return true
  }

  /** Whether all pages were read; their rows are added to `rows`. */
  async #read({ from, to }: Window, branch: readonly Term[], rows: TraceRow[]): Promise<boolean> {
    const { microsoft, signal } = this.#question
    const dates = [`receivedDateTime ge ${isoTime(from)}`, `receivedDateTime le ${isoTime(to)}`]
    const $filter = [...dates, ...branch.map(({ text }) => text)].join(' and ')
    const request = {
      api: 'graph',
      path: `/v1.0/admin/exchange/tracing/messageTraces${odataQuery({ $filter, $top: PAGE })}`,
      what: 'Could not ask message trace who got the mail.',
      permission: 'ExchangeMessageTrace.Read.All',
      ...(signal && { signal }),
    } as const
    // Counted before it is sent, as branches ask at the same time; further pages when they come.
    if (this.#requests >= REQUESTS_MAX) return false
    this.#requests++
    let pages = 0
    try {
      for await (const page of microsoft.pages(request, TraceRow)) {
        if (pages++ > 0) this.#requests++
        rows.push(...page)
        for (const row of page) for (const sighting of sightingsOf(row)) this.#found(sighting)
        if (this.#requests > REQUESTS_MAX) return false
      }
    } catch (error) {
      throw withSetup(error)
    }
    return true
  }
}

const UNFINISHED = `Not all was read: an answer may take ${REQUESTS_MAX} requests.`

interface Window {
  from: number
  to: number
}

/** The newest first. */
function windowsOf(from: number, to: number): Window[] {
  const count = Math.max(1, Math.ceil((to - from) / WINDOW_MS))
  return Array.from({ length: count }, (_, index) => {
    const end = to - index * WINDOW_MS
    return { from: Math.max(from, end - WINDOW_MS), to: end }
  })
}

function isPinned(branch: readonly Term[]): boolean {
  return branch.some(({ networkMessageId: id }) => id !== undefined)
}

/** 401 with a good token: the trace works through an application of Microsoft's that the tenant has to create first. */
function withSetup(error: unknown): unknown {
  if (!(error instanceof AppError) || error.microsoft?.status !== 401) return error
  return new AppError({
    code: 'CONNECT_PERMISSION_MISSING',
    what: error.what,
    why: `Message trace is not set up in this tenant (${error.microsoft.message}).`,
    fix: 'Run `New-MgServicePrincipal -AppId 8bd644d1-64a1-4d4b-ae52-2e0cbf64e373` in Microsoft Graph PowerShell; Microsoft takes some hours to provision it.',
    microsoft: error.microsoft,
  })
}
