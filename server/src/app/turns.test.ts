import { setImmediate } from 'node:timers/promises'

import { expect, it } from 'vitest'

import { createTurns } from './turns.ts'

const never = new AbortController().signal

function stage(atOnce: number) {
  const turns = createTurns(atOnce)
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  return {
    begun,
    enter(who: string, name: string, signal = never) {
      const task = () => {
        begun.push(name)
        return new Promise<void>((resolve) => ends.set(name, resolve))
      }
      return turns.take(who, task, signal)
    },
    async end(name: string) {
      ends.get(name)!()
      await setImmediate()
    },
  }
}

it('forty tasks of one hold up no other: the next free place is the other’s', async () => {
  const { begun, enter, end } = stage(2)
  for (let index = 0; index < 40; index++) void enter('busy', `busy ${index}`)
  void enter('small', 'small')
  void enter('third', 'third')
  await setImmediate()
  expect(begun).toEqual(['busy 0', 'busy 1'])
  await end('busy 0')
  await end('busy 1')
  expect(begun.slice(2)).toEqual(['small', 'third'])
  await end('small')
  await end('third')
  expect(begun.slice(4)).toEqual(['busy 2', 'busy 3'])
})

it('among equals it goes round, in the order in which they were served', async () => {
  const { begun, enter, end } = stage(1)
  for (const name of ['a1', 'a2', 'b1', 'b2', 'c1']) void enter(name[0]!, name)
  for (const name of ['a1', 'b1', 'c1', 'a2']) await end(name)
  expect(begun).toEqual(['a1', 'b1', 'c1', 'a2', 'b2'])
})

it('who gives up while waiting takes no place', async () => {
  const { begun, enter, end } = stage(1)
  const stop = new AbortController()
  void enter('a', 'first')
  const second = enter('b', 'second', stop.signal).catch((error: unknown) => error)
  void enter('c', 'third')
  stop.abort(new Error('stopped'))
  expect(await second).toEqual(new Error('stopped'))
  await end('first')
  expect(begun).toEqual(['first', 'third'])
})
