/** JSON piece by piece, for what is too large to be held at once. */

export async function* jsonText(value: unknown): AsyncGenerator<string> {
  yield JSON.stringify(value)
}

/** An array, an element a line. */
export async function* jsonArray(items: AsyncIterable<unknown>): AsyncGenerator<string> {
  let before = '['
  for await (const item of items) {
    yield `${before}\n${JSON.stringify(item)}`
    before = ','
  }
  yield before === '[' ? '[]' : '\n]'
}

/** An object, its values JSON texts. */
export async function* jsonObject(members: Readonly<Record<string, AsyncIterable<string>>>): AsyncGenerator<string> {
  let before = '{'
  for (const [name, value] of Object.entries(members)) {
    yield `${before}${JSON.stringify(name)}: `
    yield* value
    before = ',\n'
  }
  yield '}\n'
}
