/**
 * Memory for rows on their way to the engine, outside of JavaScript's heap. It is freed when the last row of a piece is stored:
 * left to the collector, which looks at such memory seldom, some 64 MB of it would lie about at any time.
 */
interface Slab {
  bytes: Buffer<ArrayBuffer>
  used: number
  /** Written and not freed. */
  rows: number
  /** No more are written. */
  isFull: boolean
}

const SLAB_BYTES = 1024 * 1024

const slabs = new WeakMap<ArrayBufferLike, Slab>()

/** Gives each text as bytes, each behind the one before, so that a run of them can be sent as one piece. */
export function createSlabWriter(): (text: string) => Buffer {
  let slab: Slab | undefined
  return (text) => {
    // No character takes more than three bytes a code unit, so the exact length need not be counted.
    const atMost = text.length * 3
    if (!slab || slab.used + atMost > slab.bytes.length) {
      if (slab) close(slab)
      slab = open(Math.max(SLAB_BYTES, atMost))
    }
    const start = slab.used
    slab.used += slab.bytes.write(text, start)
    slab.rows += 1
    return slab.bytes.subarray(start, slab.used)
  }
}

/** To be called once for each row, when nothing will read it any more: it is empty from then on, or soon. */
export function freeRows(rows: Iterable<Buffer>): void {
  for (const { buffer } of rows) {
    const slab = slabs.get(buffer)
    if (!slab) continue
    slab.rows -= 1
    freeIfDone(slab)
  }
}

function open(size: number): Slab {
  const bytes = Buffer.allocUnsafeSlow(size)
  const slab = { bytes, used: 0, rows: 0, isFull: false }
  slabs.set(bytes.buffer, slab)
  return slab
}

function close(slab: Slab): void {
  slab.isFull = true
  freeIfDone(slab)
}

function freeIfDone({ bytes, rows, isFull }: Slab): void {
  if (isFull && rows === 0) bytes.buffer.transfer(0)
}
