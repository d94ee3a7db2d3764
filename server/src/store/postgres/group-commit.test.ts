import { describe, expect, it } from 'vitest'

import { groupCommit } from './group-commit.ts'

describe('groupCommit', () => {
  it('writes what comes in one turn at once, and what comes during a write together after it', async () => {
    const writes: string[][] = []
    const gate = Promise.withResolvers<void>()
    const write = groupCommit<string>(async (items) => {
      writes.push([...items])
      if (writes.length === 1) await gate.promise
    })
    const first = [write('a'), write('b')]
    await new Promise(setImmediate)
    const second = [write('c'), write('d'), write('e')]
    gate.resolve()
    await Promise.all([...first, ...second])
    expect(writes).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ])
  })

  it('is not durable before the write is, and fails those that went with a failed write alone', async () => {
    let fail = true
    const done: string[] = []
    const write = groupCommit<string>(async (items) => {
      if (fail) throw new Error('Disk full.')
      done.push(...items)
    })
    await expect(Promise.all([write('a'), write('b')])).rejects.toThrow('Disk full.')
    fail = false
    await write('c')
    expect(done).toEqual(['c'])
  })
})
