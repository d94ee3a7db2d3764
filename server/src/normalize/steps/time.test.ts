import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseTime } from './time.ts'

it.each([
  ['without a zone, which is UTC', '2026-11-20T08:31:09', '2026-11-20T08:31:09.000Z'],
  ['with a space for the T and without seconds', '2026-11-20 08:31', '2026-11-20T08:31:00.000Z'],
  ['with seven digits of fraction', '2026-11-20T08:31:09.1239999Z', '2026-11-20T08:31:09.123Z'],
  ['with one digit of fraction', '2026-11-20T08:31:09.1', '2026-11-20T08:31:09.100Z'],
  ['with an offset', '2026-11-20T08:31:09.5678+02:00', '2026-11-20T06:31:09.567Z'],
  ['with an hour of one digit', '2026-09-09T9:59:27.958Z', '2026-09-09T09:59:27.958Z'],
  ['as Americans write it, in the evening', '8/22/2026 6:11:52 PM', '2026-08-22T18:11:52.000Z'],
  ['as Americans write it, after midnight', '12/9/2026 12:59:27 AM', '2026-12-09T00:59:27.000Z'],
  ['on the 29th of February of a leap year', '2028-02-29T08:31:09', '2028-02-29T08:31:09.000Z'],
])('reads a time %s', (_, text, time) => {
  expect(parseTime(text)).toBe(time)
})

it.each([
  '2026-02-29T08:31:09Z',
  '2/30/2026 6:11:52 PM',
  '2026-11-20T25:31:09',
  '2026-11-20T08:31:09 UTC',
  '',
  'soon',
  7,
])('refuses %j', (text) => {
  expect(parseTime(text)).toBeUndefined()
})

it('reads every moment as it writes it, however many digits of fraction follow', () => {
  const moments = fc.date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  const holds = fc.property(moments, fc.stringMatching(/^\d{0,4}$/), (moment, more) => {
    const time = moment.toISOString()
    return parseTime(`${time.slice(0, -1)}${more}Z`) === time && parseTime(`${time.slice(0, -1)}${more}`) === time
  })
  expect(() => fc.assert(holds, { numRuns: 2000 })).not.toThrow()
})
