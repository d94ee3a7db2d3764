/**
 * Randomness that is a pure function of what it is asked for: `random(seed, 'user', 7)` yields the same sequence for ever,
 * so nothing of the world needs to be stored until somebody changes it.
 */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Whole number in [low, high], both included. */
  between(low: number, high: number): number
  pick<T>(list: readonly T[]): T
  /** True with probability `p`. */
  chance(p: number): boolean
  /** Lower-case hexadecimal digits. */
  hex(digits: number): string
  /** A version 4 GUID. */
  guid(): string
}

/** A sequence for the ids (seed first, then what it is for). Hash: cyrb128; generator: sfc32. Not for secrets. */
export function random(...ids: readonly (string | number)[]): Random {
  const next = sfc32(cyrb128(ids.join('\u0000')))
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  const hex = (digits: number) => {
    let text = ''
    while (text.length < digits) {
      const bits = Math.floor(next() * 4_294_967_296)
      text += BYTES[bits >>> 24]! + BYTES[(bits >>> 16) & 255]! + BYTES[(bits >>> 8) & 255]! + BYTES[bits & 255]!
    }
    return text.slice(0, digits)
  }
  return {
    next,
    between,
    hex,
    pick: (list) => list[Math.floor(next() * list.length)]!,
    chance: (p) => next() < p,
    guid: () => asGuid(hex(32)),
  }
}

/** Two digits for each byte: ten times as fast as writing numbers to the base 16. */
const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function asGuid(hex: string): string {
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) & 3]!
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
}

type State = [number, number, number, number]

function cyrb128(text: string): State {
  let [a, b, c, d]: State = [1_779_033_703, 3_144_134_277, 1_013_904_242, 2_773_480_762]
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i)
    a = b ^ Math.imul(a ^ k, 597_399_067)
    b = c ^ Math.imul(b ^ k, 2_869_860_233)
    c = d ^ Math.imul(c ^ k, 951_274_213)
    d = a ^ Math.imul(d ^ k, 2_716_044_179)
  }
  a = Math.imul(c ^ (a >>> 18), 597_399_067)
  b = Math.imul(d ^ (b >>> 22), 2_869_860_233)
  c = Math.imul(a ^ (c >>> 17), 951_274_213)
  d = Math.imul(b ^ (d >>> 19), 2_716_044_179)
  return [a ^ b ^ c ^ d, b ^ a, c ^ a, d ^ a]
}

function sfc32([a, b, c, d]: State): () => number {
  const step = () => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return (t >>> 0) / 4_294_967_296
  }
  // sfc32 needs some rounds before neighboring seeds look unrelated.
  for (let i = 0; i < 8; i++) step()
  return step
}
