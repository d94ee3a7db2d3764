import type { Blob } from './audit-log.ts'

/**
 * Content as it goes over the wire, made ahead. What a blob holds never changes, and making it costs several times what giving
 * it does: whoever measures a client has it made before, and then measures the client.
 */
export class ContentBodies {
  /** By blob id. */
  readonly #made = new Map<string, Buffer>()

  /** What was made ahead of it; undefined where nothing was. */
  of({ id }: Blob): Buffer | undefined {
    return this.#made.get(id)
  }

  /** Makes what is not made yet, and keeps it: about a kilobyte a record. */
  make(blobs: readonly Blob[]): void {
    for (const blob of blobs) {
      if (!this.#made.has(blob.id)) this.#made.set(blob.id, Buffer.from(JSON.stringify(blob.records())))
    }
  }

  /** How many there are, and their length together. */
  get size(): { contents: number; bytes: number } {
    return {
      contents: this.#made.size,
      bytes: [...this.#made.values()].reduce((total, { length }) => total + length, 0),
    }
  }

  clear(): void {
    this.#made.clear()
  }
}
