import { unsupported } from './errors.ts'

/**
 * `$search` of the directory: `"displayName:ada" AND ("mail:x" OR "mail:y")`. Each clause in double quotes names a property;
 * a display name or description matches where one of its words begins with the text, everything else where the whole does.
 *
 * @throws GraphError Request_UnsupportedQuery for a property that is not searched, BadRequest-like text otherwise.
 */
export function parseSearch(
  text: string,
  properties: readonly string[],
): (read: (property: string) => string) => boolean {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|\(|\)|[^\s()"]+/g) ?? []
  let at = 0
  const bad = () => unsupported(`Syntax error: '${text}' in the $search clause is not valid.`)
  type Test = (read: (property: string) => string) => boolean
  const clause = (): Test => {
    const token = tokens[at++]
    if (token === '(') {
      const inner = either()
      if (tokens[at++] !== ')') throw bad()
      return inner
    }
    const [, name, raw] = /^"(\w+):((?:[^"\\]|\\.)*)"$/.exec(token ?? '') ?? []
    const property = properties.find((each) => each.toLowerCase() === name?.toLowerCase())
    if (name !== undefined && !property) throw unsupported(`Property '${name}' is not supported in $search.`)
    if (!property || !raw) throw bad()
    const wanted = raw.replaceAll(/\\(.)/g, '$1').toLowerCase()
    return (read) => {
      const value = read(property).toLowerCase()
      return property === 'displayName' || property === 'description'
        ? wanted.split(/\s+/).every((word) => value.split(/[^\p{L}\p{N}]+/u).some((each) => each.startsWith(word)))
        : value.startsWith(wanted)
    }
  }
  const every = (): Test => {
    const tests = [clause()]
    while (tokens[at]?.toUpperCase() === 'AND') {
      at++
      tests.push(clause())
    }
    return (read) => tests.every((test) => test(read))
  }
  const either = (): Test => {
    const tests = [every()]
    while (tokens[at]?.toUpperCase() === 'OR') {
      at++
      tests.push(every())
    }
    return (read) => tests.some((test) => test(read))
  }
  const test = either()
  if (at < tokens.length) throw bad()
  return test
}
