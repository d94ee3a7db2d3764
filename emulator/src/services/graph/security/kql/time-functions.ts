import { add, difference, formatMoment, isUnit, startOf } from './moments.ts'
import { asText, constant, derived } from './expression.ts'
import { overNumber, scalar } from './function-kinds.ts'
import { semantic } from './errors.ts'
import { timespanText } from './values.ts'
import type { Scalar } from './function-kinds.ts'
import type { Type, Value } from './values.ts'

/** Functions of moments and lengths of time. */

const overMoment = (type: Type, work: (value: number) => Value) =>
  overNumber(type, work, (accepted) => accepted === 'datetime')

const period = (unit: 'year' | 'month' | 'week' | 'day', end: boolean) =>
  scalar(1, 2, ([at, offset = constant('long', 0)]) => {
    if (at!.type !== 'datetime') throw semantic('argument #1 expected to be a datetime expression')
    return derived('datetime', [at!, offset], (row) => {
      const [time, shift] = [at!.of(row), offset.of(row)]
      if (typeof time !== 'number' || typeof shift !== 'number') return null
      return end ? startOf(unit, time, shift + 1) - 1e-4 : startOf(unit, time, shift)
    })
  })

export const TIME_FUNCTIONS: Readonly<Record<string, Scalar>> = {
  ago: scalar(1, 1, ([length], now) => {
    if (length!.type !== 'timespan') throw semantic('ago(): argument #1 expected to be a timespan expression')
    return derived('datetime', [length!], (row) => now - Number(length!.of(row)))
  }),
  now: scalar(0, 1, ([offset], now) =>
    offset ? derived('datetime', [offset], (row) => now + Number(offset.of(row))) : constant('datetime', now),
  ),
  datetime_diff: scalar(3, 3, ([unit, later, earlier]) => {
    const name = String(unit!.of([])).toLowerCase()
    if (!isUnit(name)) throw semantic(`datetime_diff(): '${name}' is no period`)
    return derived('long', [later!, earlier!], (row) => {
      const [a, b] = [later!.of(row), earlier!.of(row)]
      return typeof a === 'number' && typeof b === 'number' ? difference(name, a, b) : null
    })
  }),
  datetime_add: scalar(3, 3, ([unit, amount, at]) => {
    const name = String(unit!.of([])).toLowerCase()
    if (!isUnit(name)) throw semantic(`datetime_add(): '${name}' is no period`)
    return derived('datetime', [amount!, at!], (row) => {
      const [a, b] = [amount!.of(row), at!.of(row)]
      return typeof a === 'number' && typeof b === 'number' ? add(name, a, b) : null
    })
  }),
  format_datetime: scalar(2, 2, ([at, pattern]) => {
    const text = asText(pattern!, 'format_datetime(): argument #2')
    return derived('string', [at!, pattern!], (row) => {
      const time = at!.of(row)
      return typeof time === 'number' ? formatMoment(time, text(row)) : ''
    })
  }),
  format_timespan: scalar(2, 2, ([length]) =>
    derived('string', [length!], (row) => {
      const value = length!.of(row)
      return typeof value === 'number' ? timespanText(value) : ''
    }),
  ),
  startofday: period('day', false),
  startofweek: period('week', false),
  startofmonth: period('month', false),
  startofyear: period('year', false),
  endofday: period('day', true),
  endofweek: period('week', true),
  endofmonth: period('month', true),
  endofyear: period('year', true),
  hourofday: overMoment('int', (time) => new Date(time).getUTCHours()),
  dayofmonth: overMoment('int', (time) => new Date(time).getUTCDate()),
  monthofyear: overMoment('int', (time) => new Date(time).getUTCMonth() + 1),
  getyear: overMoment('int', (time) => new Date(time).getUTCFullYear()),
  dayofweek: overMoment('timespan', (time) => new Date(time).getUTCDay() * 86_400_000),
}
