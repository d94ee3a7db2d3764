/** Chance that is the same for one seed: mulberry32. */
export interface Dice {
  /** From 0 inclusive to 1 exclusive. */
  next(): number
  /** A whole number, both ends included. */
  whole(low: number, high: number): number
  /** So many of `all`, each once, in any order. */
  some<T>(all: readonly T[], howMany: number): T[]
}

export function createDice(seed: number): Dice {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const whole = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  return {
    next,
    whole,
    some(all, howMany) {
      const left = [...all]
      return Array.from({ length: Math.min(howMany, all.length) }, () => left.splice(whole(0, left.length - 1), 1)[0]!)
    },
  }
}
