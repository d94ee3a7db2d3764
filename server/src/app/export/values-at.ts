/**
 * The values that a document has at a dotted path, lists entered on the way and at its end: `a.b` of `{a: [{b: 1}, {b: [2]}]}`
 * gives 1 and 2. Null and absent give none; an object at the end is given as it is.
 */
export function valuesAt(document: unknown, path: string): unknown[] {
  let values: unknown[] = [document]
  for (const step of path.split('.')) {
    values = values.flatMap((value) => {
      const own = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
      return own === undefined || own === null ? [] : [own].flat(Infinity)
    })
  }
  return values.filter((value) => value !== null && value !== undefined)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
