/**
 * To which partition a key leads: Bob Jenkins' lookup3 over the key's bytes, folded to 16 bits, as the service does it and
 * as clients that buffer by partition expect it.
 */
export function partitionOfKey(key: string, partitions: number): number {
  const { b, c } = lookup3(Buffer.from(key, 'utf8'))
  return Math.abs((((b ^ c) << 16) >> 16) % partitions)
}

type Words = [a: number, b: number, c: number]

const rotate = (x: number, by: number) => (x << by) | (x >>> (32 - by))

function lookup3(bytes: Buffer): { b: number; c: number } {
  const start = (0xdeadbeef + bytes.length) | 0
  let words: Words = [start, start, start]
  // The last one to twelve bytes are taken in otherwise; missing ones are zero.
  const rounds = Math.max(0, Math.ceil(bytes.length / 12) - 1)
  for (let round = 0; round < rounds; round++) words = mixed(add(words, bytes.subarray(round * 12, round * 12 + 12)))
  if (bytes.length === 0) return { b: words[1], c: words[2] }
  const [, b, c] = finished(add(words, bytes.subarray(rounds * 12)))
  return { b, c }
}

function add([a, b, c]: Words, bytes: Buffer): Words {
  const whole = Buffer.alloc(12)
  bytes.copy(whole)
  return [(a + whole.readInt32LE(0)) | 0, (b + whole.readInt32LE(4)) | 0, (c + whole.readInt32LE(8)) | 0]
}

function mixed([a, b, c]: Words): Words {
  for (const by of [4, 6, 8, 16, 19, 4]) {
    // Each step does to (a, b, c) what the one before did to the words one place on.
    a = ((a - c) | 0) ^ rotate(c, by)
    c = (c + b) | 0
    ;[a, b, c] = [b, c, a]
  }
  return [a, b, c]
}

function finished([a, b, c]: Words): Words {
  for (const by of [14, 11, 25, 16, 4, 14, 24]) {
    c = ((c ^ b) - rotate(b, by)) | 0
    ;[a, b, c] = [b, c, a]
  }
  // Seven steps turn the words by one place.
  return [c, a, b]
}
