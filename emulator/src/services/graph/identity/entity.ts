import { notImplemented } from '#services/graph/errors.ts'
import { readExpand } from '#services/graph/odata/expand.ts'
import { readNames, readSelect } from '#services/graph/odata/options.ts'
import type { Query } from '#http/exchange.ts'
import type { Call } from '#services/graph/route.ts'
import type { Fields } from '#services/graph/odata/filter.ts'

/**
 * A type of directory object: its properties and what may be asked of them. Lists of users, of groups and of everything mixed
 * are answered from these descriptions.
 */
export interface EntityType<T> {
  /** `microsoft.graph.user` */
  name: string
  /** `users` */
  set: string
  /** Everything that `$select` may name, and what it gives. */
  properties: Readonly<Record<string, (call: Call, object: T) => unknown>>
  /** Given where nothing is selected. */
  defaults: readonly string[]
  /** What the caller may see: everything, some of it, or only that the object is there. */
  visible: (call: Call) => 'all' | ReadonlySet<string>
  /** Properties that `$filter` may use, with their types. */
  filters: Fields
  /** Properties that `$orderby` may use. */
  orders: readonly string[]
  /** Properties that `$search` looks into. */
  searches: readonly string[]
  /** What `$expand` may name. */
  expansions?: Readonly<Record<string, Expansion<T>>>
}

/** Gives what is expanded: an object or a list. `select` applies to it. */
export type Expansion<T> = (call: Call, object: T, select: readonly string[] | undefined) => unknown

/** What a client asked to be told of each object. */
export interface Projection {
  select: readonly string[] | undefined
  expand: readonly { name: string; select: readonly string[] | undefined }[]
}

export const AS_IS: Projection = { select: undefined, expand: [] }

/** An object as the caller may see it. `typed` puts its `@odata.type` in front. */
export function show<T>(
  call: Call,
  type: EntityType<T>,
  object: T,
  { select, expand }: Projection = AS_IS,
  typed = false,
): Record<string, unknown> {
  const visible = type.visible(call)
  const shown: Record<string, unknown> = typed ? { '@odata.type': `#${type.name}` } : {}
  for (const name of select ?? type.defaults)
    if (visible === 'all' || visible.has(name)) shown[name] = type.properties[name]!(call, object)
  for (const each of expand) shown[each.name] = type.expansions![each.name]!(call, object, each.select)
  return shown
}

/** An object among others of other types: what the caller may not see is null, as documented for members of groups. */
export function showMixed<T>(
  call: Call,
  type: EntityType<T>,
  object: T,
  select?: readonly string[],
): Record<string, unknown> {
  const visible = type.visible(call)
  const shown: Record<string, unknown> = { '@odata.type': `#${type.name}` }
  for (const name of select?.filter((each) => each in type.properties) ?? type.defaults) {
    const value = type.properties[name]!(call, object)
    shown[name] = visible === 'all' || visible.has(name) || name === 'id' ? value : Array.isArray(value) ? [] : null
  }
  return shown
}

/** `$select` and `$expand` of a request. @throws GraphError for names that the type lacks. */
export function readProjection<T>(call: Call, type: EntityType<T>): Projection {
  const { query } = call.request
  return { select: readSelect(query, Object.keys(type.properties), type.name), expand: expansionsOf(query, type) }
}

function expansionsOf<T>(query: Query, type: EntityType<T>): Projection['expand'] {
  return readExpand(query, Object.keys(type.expansions ?? {})).map(({ property, options }) => {
    for (const [name, value] of options)
      if (name !== '$select' && !(name === '$levels' && value === '1'))
        throw notImplemented(`${name}=${value} in $expand=${property}`)
    return { name: property, select: options.get('$select')?.split(',') }
  })
}

/** `$select` within `$expand`: properties as the type spells them. */
export function selectOf<T>(type: EntityType<T>, names: readonly string[] | undefined): Projection {
  return { select: readNames(names?.join(','), Object.keys(type.properties), type.name), expand: [] }
}
