/** What was asked and answered lately, for people and tests to look at. Holds no bodies and no credentials. */
export interface JournalEntry {
  number: number
  service: string
  method: string
  /** Path with query. */
  url: string
  status: number
  /** Set where something other than an ordinary answer happened. */
  note?: string
  /** Protocol time. With `milliseconds` the only part that differs when the same is asked of the same world again. */
  at?: string
  milliseconds?: number
}

const KEPT = 10_000

type Kept = Omit<JournalEntry, 'at' | 'milliseconds'> & { startedAt: number; milliseconds: number }

export class Journal {
  #entries: Kept[] = []
  #count = 0

  add(
    service: string,
    method: string,
    url: string,
    status: number,
    startedAt: number,
    milliseconds: number,
    note?: string,
  ): void {
    const entry: Kept = { number: this.#count++, service, method, url, status, startedAt, milliseconds }
    if (note !== undefined) entry.note = note
    this.#entries.push(entry)
    if (this.#entries.length > KEPT * 1.2) this.#entries = this.#entries.slice(-KEPT)
  }

  /** The last `limit` entries, oldest first; with `timed` when each came and how long it took. */
  last(limit: number, timed: boolean): JournalEntry[] {
    const entries = limit > 0 ? this.#entries.slice(-limit) : []
    return entries.map(({ startedAt, milliseconds, ...entry }) =>
      timed ? { ...entry, at: new Date(startedAt).toISOString(), milliseconds } : entry,
    )
  }

  clear(): void {
    this.#entries = []
    this.#count = 0
  }
}
