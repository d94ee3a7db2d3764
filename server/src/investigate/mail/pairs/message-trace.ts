import { isIPv4 } from 'node:net'

import { z } from 'zod'

import { odataQuery, odataString } from '#connect/apis/graph/odata.ts'
import { isoTime } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { MailCondition } from '#domain/mail-filter.ts'

import type { PairLocation, PairQuestion, PairSource, Sighting, Term } from './pair.ts'
import { addressParts, internetMessageId, networkMessageId, plainPiece } from './values.ts'

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
    const requests = branches.length * windowsOf(from, to).length
    return requests > REQUESTS_MAX && !branches.every(isPinned)
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
    case 'network-message-id': {
      const id = networkMessageId(value)
      return { ...exact('id', `id eq ${odataString(id)}`), networkMessageId: id }
    }
    case 'internet-message-id':
      return exact('messageId', `messageId eq ${odataString(internetMessageId(value))}`)
    case 'subject': {
      const piece = plainPiece(value)
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

const TraceRow = z.object({
  id: z.string(),
  messageId: z.string().nullish(),
  senderAddress: z.string().nullish(),
  recipientAddress: z.string().nullish(),
  receivedDateTime: z.string(),
  fromIP: z.string().nullish(),
  status: z.string().nullish(),
})
type TraceRow = z.infer<typeof TraceRow>

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
      if (this.#requests >= REQUESTS_MAX) return false
      const { rows, isWhole } = await this.#read(window, branch)
      found.push(...rows)
      if (!isWhole) return false
      if (isPinned(branch) && rows.some((row) => timeOf(row) > window.from + HOUR)) break
    }
    return this.#readWhole(branch, found)
  }

  /** Messages whose recipients may not all be listed: of an expanded distribution list, or too many. */
  async #readWhole(branch: readonly Term[], found: readonly TraceRow[]): Promise<boolean> {
    if (isPinned(branch)) return true
    for (const [id, rows] of Map.groupBy(found, (row) => row.id)) {
      if (rows.length < RECIPIENTS_LISTED && !rows.some(({ status }) => status === 'expanded')) continue
      if (this.#requests >= REQUESTS_MAX) return false
      const times = rows.map(timeOf)
      const window = { from: Math.min(...times) - HOUR, to: Math.min(Math.max(...times) + HOUR, this.#question.to) }
      const { isWhole } = await this.#read(window, [
        { property: 'id', text: `id eq ${odataString(id)}`, kind: 'exact' },
      ])
      if (!isWhole) return false
    }
    return true
  }

  async #read({ from, to }: Window, branch: readonly Term[]): Promise<{ rows: TraceRow[]; isWhole: boolean }> {
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
    const rows: TraceRow[] = []
    try {
      for await (const page of microsoft.pages(request, TraceRow)) {
        this.#requests++
        rows.push(...page)
        for (const row of page) for (const sighting of sightingsOf(row)) this.#found(sighting)
        if (this.#requests > REQUESTS_MAX) return { rows, isWhole: false }
      }
    } catch (error) {
      throw withSetup(error)
    }
    return { rows, isWhole: true }
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

function timeOf({ receivedDateTime }: TraceRow): number {
  return Date.parse(receivedDateTime)
}

/**
 * The delivery, and for mail from within the sender's own copy: the trace names an address that it came from only for mail
 * from outside. An expanded distribution list has no copy; its members follow as deliveries of their own.
 */
function sightingsOf(row: TraceRow): Sighting[] {
  const { id, messageId, recipientAddress, senderAddress, fromIP, status } = row
  const message = {
    networkMessageId: networkMessageId(id),
    ...(messageId && { internetMessageId: messageId }),
    at: timeOf(row),
  }
  const location = locationOf(status ?? '')
  return [
    ...(recipientAddress
      ? [{ ...message, recipient: recipientAddress.toLowerCase(), ...(location && { location }) }]
      : []),
    ...(senderAddress && !fromIP
      ? [{ ...message, recipient: senderAddress.toLowerCase(), location: 'sent' as const }]
      : []),
  ]
}

/** A status that is not in Microsoft's list has been seen; a copy is assumed, and looking for it shows. */
function locationOf(status: string): PairLocation | undefined {
  switch (status) {
    case 'expanded':
    case 'failed':
      return undefined
    case 'quarantined':
      return 'quarantine'
    case 'filteredAsSpam':
      return 'junk'
    case 'pending':
    case 'gettingStatus':
      return 'pending'
    default:
      return 'mailbox'
  }
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
