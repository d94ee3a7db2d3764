/**
 * A row as our words have it: a moment is ISO text, and what PostgreSQL holds as NULL is absent. Values inside JSON columns
 * stay as they are.
 */
export type Present<Row> = Flat<
  { [Key in keyof Row as null extends Row[Key] ? never : Key]: Word<Row[Key]> } & {
    [Key in keyof Row as null extends Row[Key] ? Key : never]?: Word<NonNullable<Row[Key]>>
  }
>
type Word<Value> = Value extends Date ? string : Value
type Flat<Type> = { [Key in keyof Type]: Type[Key] }

export function present<Row extends object>(row: Row): Present<Row> {
  const words = Object.entries(row)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value])
  return Object.fromEntries(words) as Present<Row>
}
