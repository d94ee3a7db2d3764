import type { EventStream, FieldPlaces, FieldSource, LiftedList } from './source.ts'

const PREFIX = 'properties.'

/**
 * Where a field of a rule is in the events of a stream: by its alias; else as a name or path into a list of names and
 * values; else as a name or path into the record, or as a name of such a list alone; else as an ECS path.
 */
export function placesOf(stream: EventStream, field: string): FieldPlaces {
  const alias = aliasOf(stream, field)
  if (alias !== undefined) return alias
  const bare = withoutPrefix(field)
  const listed = stream.lists.flatMap((list) => within(list, bare) ?? [])
  if (listed.length > 0) return [listed, ...inRecord(stream, bare)]
  return [...inRecord(stream, bare), lifted(stream, bare), [source(field.split('.'))]]
}

/** What a rule's name of a field is known to mean; undefined where nothing but the name says it. */
export function aliasOf({ aliases }: EventStream, field: string): FieldPlaces | undefined {
  const name = field.toLowerCase()
  return own(aliases, name) ?? own(aliases, withoutPrefix(name))
}

/** Diagnostic settings put the record under `properties`; a rule may say so or not. */
function withoutPrefix(field: string): string {
  return field.toLowerCase().startsWith(PREFIX) ? field.slice(PREFIX.length) : field
}

function inRecord({ roots }: EventStream, field: string): FieldPlaces {
  const paths = field.includes('.') ? [[field], field.split('.')] : [[field]]
  return roots.flatMap((root) => paths.map((path) => [source([...root, ...path])]))
}

/** A name that stands alone may be one of a list's: `RequestType` is one of ExtendedProperties. */
function lifted({ lists }: EventStream, name: string): FieldSource[] {
  return lists.map(({ path, change }) => source([...path, name, ...(change ? [change.new] : [])]))
}

/** A field that begins with the name of a list. What a list's names hold may have dots: `ModifiedProperties.Role.DisplayName`. */
function within(list: LiftedList, field: string): FieldSource[] | undefined {
  const folded = field.toLowerCase()
  const name = list.names.find((each) => folded === each || folded.startsWith(`${each}.`))
  if (name === undefined) return undefined
  const { path, change } = list
  const rest = field.slice(name.length + 1)
  const part = rest.toLowerCase()
  if (rest === '') return [source(path), { path, read: 'names' }]
  if (part === 'name' || part === 'key' || part === 'displayname') return [{ path, read: 'names' }]
  if (change === undefined) return [source(part === 'value' ? path : [...path, rest])]
  for (const each of [change.new, change.old]) {
    const suffix = each.toLowerCase()
    if (part === suffix) return [source([...path, '*', each]), { path: [...path, '*', each], read: 'json' }]
    if (part.endsWith(`.${suffix}`)) return [source([...path, rest.slice(0, -each.length - 1), each])]
  }
  return [source([...path, rest, change.new])]
}

function source(path: readonly string[]): FieldSource {
  return { path, read: 'values' }
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
