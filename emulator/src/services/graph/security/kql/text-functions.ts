import { createHash } from 'node:crypto'
import { isIPv4 } from 'node:net'

import { MANY, overText, scalar } from './function-kinds.ts'
import { asText, cast, derived } from './expression.ts'
import { regex } from './text.ts'
import { textOf, typeNamed } from './values.ts'
import type { Expression } from './expression.ts'
import type { Json, Row, Value } from './values.ts'
import type { Scalar } from './function-kinds.ts'

/** Functions of text: its parts, its patterns, addresses of pages and of computers. */

function parseUrl(text: string): Json {
  const [, scheme = '', user = '', password = '', host = '', port = '', path = '', query = '', fragment = ''] =
    /^(?:([A-Za-z][\w+.-]*):\/\/)?(?:([^:@/?#]*)(?::([^@/?#]*))?@)?([^:/?#]*)(?::(\d+))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(
      text,
    ) ?? []
  const parameters: Record<string, string> = {}
  for (const pair of query.split('&').filter(Boolean)) {
    const [name = '', ...rest] = pair.split('=')
    parameters[name] = rest.join('=')
  }
  return {
    Scheme: scheme,
    Host: host,
    Port: port,
    Path: path,
    Username: user,
    Password: password,
    'Query Parameters': parameters,
    Fragment: fragment,
  }
}

const ipv4 = (text: string): number | undefined =>
  isIPv4(text) ? text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) : undefined

function isInRange(address: string, range: string): Value {
  const [network = '', bits = '32'] = range.split('/')
  const [a, b] = [ipv4(address), ipv4(network)]
  if (a === undefined || b === undefined || !/^\d+$/.test(bits) || Number(bits) > 32) return null
  const size = 2 ** (32 - Number(bits))
  return Math.floor(a / size) === Math.floor(b / size)
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']

/** A pattern as a regular expression, read once where it is constant. */
function patternOf(expression: Expression, flags: string): (row: Row) => RegExp {
  const text = asText(expression, 'argument #1')
  const known = expression.constant ? regex(text([]), flags) : undefined
  return (row) => known ?? regex(text(row), flags)
}

const extract = scalar(3, 4, ([pattern, group, source, type]) => {
  const read = patternOf(pattern!, '')
  const text = asText(source!, 'extract(): argument #3')
  const to = (type && typeNamed(String(type.of([])))) ?? 'string'
  const found = derived('string', [pattern!, group!, source!], (row) => {
    const number = group!.of(row)
    return read(row).exec(text(row))?.[typeof number === 'number' ? number : 0] ?? ''
  })
  return cast(found, to)
})

const replaceRegex = scalar(3, 3, ([source, pattern, rewrite]) => {
  const [text, by] = [asText(source!, 'argument #1'), asText(rewrite!, 'argument #3')]
  const read = patternOf(pattern!, 'g')
  return derived('string', [source!, pattern!, rewrite!], (row) =>
    text(row).replaceAll(
      read(row),
      by(row)
        .replaceAll('$', '$$$$')
        .replaceAll(/\\(\d)/g, '$$$1')
        .replaceAll('$0', '$&'),
    ),
  )
})

const trimming = (start: boolean, end: boolean) =>
  scalar(2, 2, ([pattern, source]) => {
    const [cut, text] = [asText(pattern!, 'argument #1'), asText(source!, 'argument #2')]
    return derived('string', [pattern!, source!], (row) => {
      const body = `(?:${cut(row)})+`
      const left = start ? text(row).replace(regex(`^${body}`), '') : text(row)
      return end ? left.replace(regex(`${body}$`), '') : left
    })
  })

const strcat = scalar(1, MANY, (args) =>
  derived('string', args, (row) => args.map(({ of, type }) => textOf(of(row), type)).join('')),
)

const list = (value: Json): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [])

export const TEXT_FUNCTIONS: Readonly<Record<string, Scalar>> = {
  tolower: overText(1, 'string', (text) => text!.toLowerCase()),
  toupper: overText(1, 'string', (text) => text!.toUpperCase()),
  strlen: overText(1, 'long', (text) => text!.length),
  reverse: overText(1, 'string', (text) => [...text!].toReversed().join('')),
  substring: scalar(2, 3, ([source, start, length]) => {
    const text = asText(source!, 'substring(): argument #1')
    return derived('string', [source!, start!, ...(length ? [length] : [])], (row) => {
      const [whole, from, size] = [text(row), Number(start!.of(row)), length ? Number(length.of(row)) : Infinity]
      const begin = from < 0 ? Math.max(0, whole.length + from) : from
      return size <= 0 ? '' : whole.slice(begin, begin + size)
    })
  }),
  split: scalar(2, 3, ([source, delimiter, index]) => {
    const [text, by] = [asText(source!, 'split(): argument #1'), asText(delimiter!, 'split(): argument #2')]
    return derived('dynamic', [source!, delimiter!, ...(index ? [index] : [])], (row) => {
      const parts = by(row) === '' ? [text(row)] : text(row).split(by(row))
      if (!index) return parts
      const at = parts[Number(index.of(row))]
      return at === undefined ? [] : [at]
    })
  }),
  strcat,
  strcat_delim: scalar(2, MANY, ([delimiter, ...args]) =>
    derived('string', [delimiter!, ...args], (row) =>
      args.map(({ of, type }) => textOf(of(row), type)).join(String(delimiter!.of(row))),
    ),
  ),
  strcat_array: scalar(2, 2, ([array, delimiter]) =>
    derived('string', [array!, delimiter!], (row) =>
      list(array!.of(row))
        .map((item) => textOf(item, 'dynamic'))
        .join(String(delimiter!.of(row))),
    ),
  ),
  replace_string: overText(3, 'string', (text, wanted, by) =>
    wanted === '' ? text! : text!.replaceAll(wanted!, () => by!),
  ),
  replace_regex: replaceRegex,
  replace: scalar(3, 3, ([pattern, rewrite, source], now) => replaceRegex.make([source!, pattern!, rewrite!], now)),
  extract,
  extract_all: scalar(2, 2, ([pattern, source]) => {
    const [read, text] = [patternOf(pattern!, 'g'), asText(source!, 'extract_all(): argument #2')]
    return derived('dynamic', [pattern!, source!], (row) =>
      [...text(row).matchAll(read(row))].map(([whole, ...groups]) =>
        groups.length > 1 ? groups.map((group) => group ?? '') : (groups[0] ?? whole),
      ),
    )
  }),
  trim: trimming(true, true),
  trim_start: trimming(true, false),
  trim_end: trimming(false, true),
  indexof: overText(2, 'long', (text, wanted) => text!.indexOf(wanted!)),
  countof: overText(2, 'long', (text, wanted) => (wanted === '' ? 0 : text!.split(wanted!).length - 1)),
  parse_url: overText(1, 'dynamic', (text) => parseUrl(text!)),
  url_decode: overText(1, 'string', (text) => {
    try {
      return decodeURIComponent(text!.replaceAll('+', ' '))
    } catch {
      return text!
    }
  }),
  url_encode: overText(1, 'string', (text) => encodeURIComponent(text!)),
  base64_encode_tostring: overText(1, 'string', (text) => Buffer.from(text!, 'utf8').toString('base64')),
  base64_decode_tostring: overText(1, 'string', (text) => Buffer.from(text!, 'base64').toString('utf8')),
  hash_sha256: scalar(1, 1, ([arg]) =>
    derived('string', [arg!], (row) =>
      createHash('sha256')
        .update(textOf(arg!.of(row), arg!.type))
        .digest('hex'),
    ),
  ),
  ipv4_is_in_range: overText(2, 'bool', (address, range) => isInRange(address!, range!)),
  ipv4_is_private: overText(1, 'bool', (address) =>
    ipv4(address!) === undefined ? null : PRIVATE.some((range) => isInRange(address!, range) === true),
  ),
}
