import type { Node } from 'yaml'

import { SEVERITIES, type Severity } from '#domain/alert.ts'

import type { Logsource, SigmaAlerting, SigmaHead } from './documents.ts'
import { offsetOf, type Reader } from './reader.ts'

/** What a document says of itself; a title it must have. */
export function readHead(reader: Reader): SigmaHead {
  const text = (key: string) => reader.text(reader.at(reader.root, key))
  const optional = <K extends string>(key: K) => {
    const value = text(key)
    return value === undefined ? {} : ({ [key]: value } as Record<K, string>)
  }
  const title = text('title')
  if (title === undefined) reader.problems.add(offsetOf(reader.at(reader.root, 'title')) ?? 0, 'no title', 'a title')
  return {
    id: text('id') ?? text('name') ?? title ?? '',
    hasId: text('id') !== undefined,
    title: title ?? '',
    description: text('description')?.trim() ?? '',
    ...optional('name'),
    ...optional('status'),
    ...optional('author'),
    ...optional('license'),
    ...optional('date'),
    ...optional('modified'),
    references: reader.texts(reader.at(reader.root, 'references')).map((each) => each.text),
    yaml: reader.yaml,
    line: reader.line,
  }
}

/** What a rule or a correlation says of its alerts. */
export function readAlerting(reader: Reader): SigmaAlerting {
  const node = reader.at(reader.root, 'level')
  const level = reader.text(node) ?? 'medium'
  if (!(SEVERITIES as readonly string[]).includes(level)) {
    reader.problems.add(offsetOf(node), `level \`${level}\``, SEVERITIES.join(', '))
  }
  const tags = reader.texts(reader.at(reader.root, 'tags')).map(({ text }) => text)
  return {
    level: level as Severity,
    tags,
    attack: tags.filter((tag) => tag.startsWith('attack.')).map((tag) => tag.slice('attack.'.length)),
    falsePositives: reader.texts(reader.at(reader.root, 'falsepositives')).map(({ text }) => text),
  }
}

export function readLogsource(reader: Reader): Logsource {
  const node = reader.at(reader.root, 'logsource')
  const read = (key: keyof Logsource) => {
    const value = reader.text(reader.at(node, key))
    return value === undefined ? {} : { [key]: value }
  }
  const logsource: Logsource = { ...read('product'), ...read('service'), ...read('category') }
  if (Object.keys(logsource).length === 0) {
    reader.problems.add(
      offsetOf(node) ?? 0,
      node === undefined ? 'no logsource' : 'an empty logsource',
      'product, service or category',
    )
  }
  return logsource
}

/** A list of names, with where each stands; what is not a list of texts is a problem. */
export function readNames(
  reader: Reader,
  node: Node | undefined,
  allowed: string,
): { text: string; offset: number | undefined }[] {
  const texts = reader.texts(node)
  if (texts.length < reader.items(node).length) reader.problems.add(offsetOf(node), 'a value that is no text', allowed)
  return texts
}

/** The same, and a name that is there twice is a problem as well; `each` is what is named. */
export function readDistinct(
  reader: Reader,
  node: Node | undefined,
  { allowed, each }: { allowed: string; each: string },
): ReturnType<typeof readNames> {
  const named = readNames(reader, node, allowed)
  const texts = named.map(({ text }) => text)
  for (const [index, { text, offset }] of named.entries()) {
    if (texts.indexOf(text) < index) reader.problems.add(offset, `\`${text}\` twice`, `each ${each} once`)
  }
  return named
}
