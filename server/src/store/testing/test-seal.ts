import { createSeal, keyIdOf, type Seal } from '#store/seal.ts'

/** A seal whose only key is made of `byte`. */
export function testSeal(byte: number): Seal {
  const key = Buffer.alloc(32, byte)
  return createSeal({ current: () => key, find: (id) => (id === keyIdOf(key) ? key : undefined) })
}
