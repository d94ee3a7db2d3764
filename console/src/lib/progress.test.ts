import { describe, expect, it } from 'vitest'

import { progressOf } from './progress.ts'

const START = '2026-11-20T12:00:00.000Z'
const after = (seconds: number) => Date.parse(START) + seconds * 1000

describe('progress of a run', () => {
  it('gives rate and time left from what is done so far', () => {
    expect(progressOf({ done: 50, total: 200, startedAt: START }, after(10))).toEqual({
      fraction: 0.25,
      ratePerSecond: 5,
      remainingMs: 30_000,
    })
  })

  it('claims nothing before anything is done', () => {
    const unknown = { fraction: 0, ratePerSecond: undefined, remainingMs: undefined }
    expect(progressOf({ done: 0, total: 200, startedAt: START }, after(10))).toEqual(unknown)
    expect(progressOf({ done: 0, total: 0, startedAt: undefined }, after(10))).toEqual(unknown)
  })

  it('does not divide by a clock that runs behind the server', () => {
    expect(progressOf({ done: 3, total: 6, startedAt: START }, after(-5)).ratePerSecond).toBeUndefined()
  })

  it('is done at the end, even if more was done than was counted', () => {
    const progress = progressOf({ done: 7, total: 6, startedAt: START }, after(7))
    expect(progress.fraction).toBe(1)
    expect(progress.remainingMs).toBe(0)
  })
})
