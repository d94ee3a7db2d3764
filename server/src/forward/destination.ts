import type { z } from 'zod'

import type { Clock } from '#domain/clock.ts'
import type { ForwardItem } from '#domain/destination.ts'
import type { TenantId } from '#domain/ids.ts'

/**
 * A kind of destination: how events and alerts are handed to one of the tools people have. It knows nothing of
 * checkpoints, back-pressure, dead letters or trying again: that is the runner's (forward.ts), the same for all.
 *
 * A kind is one folder, one line in destinations/index.ts, and one contract suite that it passes (testing/).
 */
export interface DestinationKind<Options = unknown> {
  /** `elasticsearch`. */
  id: string
  title: string
  /** One sentence: what it is, and how it knows an event that comes twice. */
  summary: string
  /** An object whose properties have a description, and a default where one is right for most. */
  options: z.ZodType<Options>
  secret?: { title: string; why: string; isNeeded(options: Options): boolean }
  /** What one batch holds at most; one item may be longer than `bytes`. */
  batch: { items: number; bytes: number }
  /** Opens nothing yet: connections are made when something is sent. */
  open(context: DestinationContext<Options>): Sender
}

export interface DestinationContext<Options = unknown> {
  tenantId: TenantId
  options: Options
  secret?: string
  /** Below which a destination on this machine writes. */
  folder: string
  clock: Clock
}

export interface Sender {
  /**
   * Hands over a batch; resolves when the destination has said of each item what became of it. The same item may come again.
   *
   * @throws AppError FORWARD_* when none was taken for a reason that is not in the batch; {@link BatchRefused} when it is.
   */
  send(items: readonly ForwardItem[], signal: AbortSignal): Promise<Sent>
  close(): Promise<void>
}

export interface Sent {
  /** What it answered, for the test: `201 created in logs-o365.audit-cordon`. */
  answer: string
  /** Refused for what they are, with its own words: never to be taken. */
  refused: { item: ForwardItem; reason: string }[]
  /** Not taken now; to be sent again. */
  again: ForwardItem[]
}

/** The destination refuses the batch for something in it, and does not say which item. */
export class BatchRefused extends Error {
  override readonly name = 'BatchRefused'
  /** Its own words. */
  readonly reason: string

  constructor(reason: string) {
    super(reason)
    this.reason = reason
  }
}

/** `kind`, as the list of all kinds holds it. */
export function defineDestination<Options>(kind: DestinationKind<Options>): DestinationKind {
  // Options are parsed by the kind's own schema before they are handed back to it.
  return kind as unknown as DestinationKind
}
