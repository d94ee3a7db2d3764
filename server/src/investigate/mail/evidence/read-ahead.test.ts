import { describe, expect, it } from 'vitest'

import { readAhead } from './read-ahead.ts'

describe('readAhead', () => {
  it('keeps the order and begins no more than it may', async () => {
    const gates = Array.from({ length: 10 }, () => Promise.withResolvers<void>())
    const begun: number[] = []
    const results = readAhead(gates.keys(), async (item) => {
      begun.push(item)
      await gates[item]!.promise
      return item
    })
    const first = results.next()
    expect(begun).toEqual([0, 1, 2, 3])
    for (const gate of gates.toReversed()) gate.resolve()
    const got = [(await first).value]
    for await (const result of results) got.push(result)
    expect(got).toEqual([...gates.keys()])
  })

  it('fails where the item fails, after those before it', async () => {
    const got: number[] = []
    const run = async () => {
      const work = async (item: number) => (item === 2 ? Promise.reject(new Error('No.')) : item)
      for await (const item of readAhead([0, 1, 2, 3, 4], work)) got.push(item)
    }
    await expect(run()).rejects.toThrow('No.')
    expect(got).toEqual([0, 1])
  })

  it('begins nothing more once it is left', async () => {
    const begun: number[] = []
    const work = async (item: number) => void begun.push(item)
    for await (const _ of readAhead([0, 1, 2, 3, 4, 5], work, 1)) break
    expect(begun).toEqual([0, 1])
  })
})
