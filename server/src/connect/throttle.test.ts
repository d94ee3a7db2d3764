import { setImmediate } from 'node:timers/promises'

import { describe, expect, test } from 'vitest'

import { createThrottle } from './throttle.ts'

const SCOPE = { name: 'graph', places: 2 }

/** A throttle whose pauses end when the test says so. */
function setUp() {
  const closed = new AbortController()
  const pauses: { ms: number; end: () => void }[] = []
  const throttle = createThrottle(
    (ms, signal) =>
      new Promise((resolve, reject) => {
        pauses.push({ ms, end: resolve })
        signal?.addEventListener('abort', () => reject(signal.reason as Error))
      }),
    closed.signal,
  )
  const running: string[] = []
  const ends = new Map<string, () => void>()
  const start = (name: string, signal?: AbortSignal, scope = SCOPE): Promise<void> =>
    throttle.run(scope, signal, async () => {
      running.push(name)
      await new Promise<void>((resolve) => ends.set(name, resolve))
      running.splice(running.indexOf(name), 1)
    })
  return { throttle, closed, pauses, running, start, end: (name: string) => ends.get(name)!() }
}

describe('a scope', () => {
  test('runs as many at one time as it has places; others wait in turn', async () => {
    const { start, running, end } = setUp()
    const works = ['a', 'b', 'c', 'd'].map((name) => start(name))
    await setImmediate()
    expect(running).toEqual(['a', 'b'])
    end('a')
    await setImmediate()
    expect(running).toEqual(['b', 'c'])
    end('b')
    end('c')
    await setImmediate()
    end('d')
    await Promise.all(works)
    expect(running).toEqual([])
  })

  test('holds back everything that starts during a pause, and nothing of another scope', async () => {
    const { throttle, start, running, pauses, end } = setUp()
    throttle.pause(SCOPE, 17_000)
    const work = start('a')
    const other = start('other', undefined, { name: 'mailbox', places: 1 })
    await setImmediate()
    expect(running).toEqual(['other'])
    expect(pauses.map(({ ms }) => ms)).toEqual([17_000])
    pauses[0]!.end()
    await setImmediate()
    expect(running).toEqual(['other', 'a'])
    end('a')
    end('other')
    await Promise.all([work, other])
  })

  test('a pause that is asked for during another lasts until both are over', async () => {
    const { throttle, start, running, pauses, end } = setUp()
    throttle.pause(SCOPE, 1)
    throttle.pause(SCOPE, 2)
    const work = start('a')
    pauses[0]!.end()
    await setImmediate()
    expect(running).toEqual([])
    pauses[1]!.end()
    await setImmediate()
    end('a')
    await work
  })
})

describe('an abort', () => {
  test('ends waiting for a place and takes none', async () => {
    const { start, running, end } = setUp()
    const works = [start('a'), start('b')]
    const stop = new AbortController()
    const aborted = start('c', stop.signal)
    const next = start('d')
    await setImmediate()
    stop.abort(new Error('stopped'))
    await expect(aborted).rejects.toThrow('stopped')
    end('a')
    await setImmediate()
    expect(running).toEqual(['b', 'd'])
    end('b')
    end('d')
    await Promise.all([...works, next])
  })

  test('in the moment a place is handed over gives the place on', async () => {
    const { start, running, end } = setUp()
    const works = [start('a'), start('b')]
    const stop = new AbortController()
    const aborted = start('c', stop.signal)
    const next = start('d')
    await setImmediate()
    end('a')
    stop.abort(new Error('stopped'))
    await expect(aborted).rejects.toThrow('stopped')
    await setImmediate()
    expect(running).toEqual(['b', 'd'])
    end('b')
    end('d')
    await Promise.all([...works, next])
  })

  test('ends waiting for a pause, and closing ends everybody’s', async () => {
    const { throttle, start, closed } = setUp()
    throttle.pause(SCOPE, 1)
    const stop = new AbortController()
    const aborted = start('a', stop.signal)
    const waiting = start('b')
    stop.abort(new Error('stopped'))
    await expect(aborted).rejects.toThrow('stopped')
    closed.abort(new Error('closed'))
    await expect(waiting).rejects.toThrow('closed')
  })
})
