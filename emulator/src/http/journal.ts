/** What was asked and answered lately, for people and tests to look at. Holds no bodies and no credentials. */
export interface JournalEntry {
  number: number
  /** Protocol time. */
  at: string
  service: string
  method: string
  /** Path with query. */
  url: string
  status: number
  milliseconds: number
  /** Set where something other than an ordinary answer happened. */
  note?: string
}

const KEPT = 10_000

export class Journal {
  #entries: JournalEntry[] = []
  #count = 0

  add(entry: Omit<JournalEntry, 'number'>): void {
    this.#entries.push({ number: this.#count++, ...entry })
    if (this.#entries.length > KEPT * 1.2) this.#entries = this.#entries.slice(-KEPT)
  }

  /** The last `limit` entries, oldest first. */
  last(limit: number): JournalEntry[] {
    return limit > 0 ? this.#entries.slice(-limit) : []
  }

  clear(): void {
    this.#entries = []
  }
}
