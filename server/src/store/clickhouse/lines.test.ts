import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { isoTime } from '#domain/clock.ts'

import { type Line, newestOf, reachOf } from './lines.ts'

const CUT = { fromMs: 0, grainMs: 10 }
const RANGE = { from: isoTime(-150), to: isoTime(150) }

/** Events as times and ids; a look hands over those of a stretch that has no more than three, while fewer than eight are newer. */
const events = fc.uniqueArray(fc.tuple(fc.integer({ min: -150, max: 149 }), fc.integer({ min: 0, max: 9 })), {
  selector: String,
  maxLength: 60,
})

function linesOf(given: readonly (readonly [number, number])[]): Line[] {
  const stretches = [...Map.groupBy(given, ([timeMs]) => Math.floor(timeMs / CUT.grainMs))]
  return stretches
    .toSorted(([a], [b]) => b - a)
    .map(([number, own]) => {
      const newer = given.filter(([timeMs]) => Math.floor(timeMs / CUT.grainMs) > number).length
      const found = newer < 8 && own.length <= 3 ? own.map(([timeMs, id]) => [timeMs, String(id)] as const) : []
      return { number, total: own.length, found: [...found, ...found.slice(0, 1)] }
    })
}

test('the newest events are told with all that share the last one’s moment, or not at all (law, with fast-check)', () => {
  fc.assert(
    fc.property(events, fc.integer({ min: 1, max: 8 }), (given, most) => {
      const newest = newestOf(linesOf(given), most)
      const sorted = given.toSorted(([a], [b]) => b - a)
      const last = sorted[most - 1]?.[0] ?? -Infinity
      if (newest === undefined) return
      const expected = sorted.filter(([timeMs]) => timeMs >= last).map(([timeMs, id]) => `${timeMs} ${id}`)
      expect(newest.map((each) => each.join(' ')).toSorted()).toEqual(expected.toSorted())
    }),
  )
  expect(
    newestOf(
      linesOf([
        [5, 1],
        [40, 2],
      ]),
      2,
    ),
  ).toEqual([
    [40, '2'],
    [5, '1'],
  ])
  expect(
    newestOf(
      linesOf([
        [5, 1],
        [6, 1],
        [7, 1],
        [8, 1],
      ]),
      2,
    ),
  ).toBeUndefined()
})

test('a reach has the first events behind a place, in either direction (law, with fast-check)', () => {
  const place = fc.option(fc.integer({ min: -150, max: 149 }), { nil: undefined })
  const direction = fc.constantFrom('asc' as const, 'desc' as const)
  fc.assert(
    fc.property(events, place, direction, fc.integer({ min: 1, max: 12 }), (given, startMs, towards, most) => {
      const start = startMs === undefined ? undefined : { timeMs: startMs, id: '' }
      const sign = towards === 'asc' ? 1 : -1
      const behind = given
        .map(([timeMs]) => timeMs)
        .filter((timeMs) => startMs === undefined || sign * (timeMs - startMs) > 0)
        .toSorted((a, b) => sign * (a - b))
      const reach = reachOf(linesOf(given), CUT, RANGE, { start, most, direction: towards })
      const isWithin = (timeMs: number) =>
        reach !== undefined && timeMs >= Date.parse(reach.from) && timeMs < Date.parse(reach.to)
      expect(behind.slice(0, most).every(isWithin)).toBe(true)
    }),
  )
  const far = linesOf([
    [5, 1],
    [95, 2],
    [96, 3],
  ])
  expect(reachOf(far, CUT, RANGE, { start: undefined, most: 2, direction: 'desc' })).toEqual({
    from: isoTime(90),
    to: isoTime(100),
  })
  expect(reachOf([], CUT, RANGE, { start: undefined, most: 2, direction: 'desc' })).toBeUndefined()
})
