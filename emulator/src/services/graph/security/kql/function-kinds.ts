import { asJson, asText, cast, derived } from './expression.ts'
import { semantic } from './errors.ts'
import type { Expression } from './expression.ts'
import type { Json, Type, Value } from './values.ts'

/** What scalar functions are made with. */
export interface Scalar {
  /** How few and how many arguments it takes. */
  least: number
  most: number
  make: (args: readonly Expression[], now: number) => Expression
}

/** As many arguments as one likes. */
export const MANY = 64

export const scalar = (least: number, most: number, make: Scalar['make']): Scalar => ({ least, most, make })

/** Over text: each argument as a string. */
export const overText = (count: number, type: Type, work: (...texts: string[]) => Value, least = count) =>
  scalar(least, count, (args) => {
    const texts = args.map((arg, i) => asText(arg, `argument #${i + 1}`))
    return derived(type, args, (row) => work(...texts.map((text) => text(row))))
  })

/** Over one number or moment, null where there is none. */
export const overNumber = (type: Type | 'same', work: (value: number) => Value, accepts: (type: Type) => boolean) =>
  scalar(1, 1, ([arg]) => {
    const value = arg!.type === 'dynamic' ? cast(arg!, 'real') : arg!
    if (!accepts(value.type)) throw semantic(`argument #1 has an unexpected type ${value.type}`)
    return derived(type === 'same' ? value.type : type, [arg!], (row) => {
      const number = value.of(row)
      return typeof number === 'number' ? work(number) : null
    })
  })

/** Over dynamic values as they are. */
export const overDynamic = (least: number, most: number, type: Type, work: (...values: Json[]) => Value) =>
  scalar(least, most, (args) => {
    const values = args.map(asJson)
    return derived(type, args, (row) => work(...values.map((value) => value(row))))
  })
