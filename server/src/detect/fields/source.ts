/**
 * What the fields of Sigma rules mean in our events, as data, so that the stream and SQL read a field alike. Public rules
 * speak of Microsoft's clouds in three vocabularies: the record's own names, names that came from Elastic, and those of
 * Azure Monitor. Every path leads into the stored event, which holds the whole record under its dataset's name with lists of
 * names and values as objects and JSON within JSON parsed.
 */
export interface FieldSource {
  /**
   * Steps from the root of the event. A name is taken as written, else whatever its case; lists on the way are entered
   * without a step; `*` stands for every member of an object.
   */
  path: readonly string[]
  /**
   * - `values`: every scalar below what lies there.
   * - `names`: the names of the members of what lies there, not of what is below them.
   * - `json`: what lies there as one text, compact JSON.
   * - `changes`: each member as the directory's log writes it, `"displayName":"N","oldValue":"[…]","newValue":"[…]"`.
   */
  read: 'values' | 'names' | 'json' | 'changes'
  /** `dashes`: the value with each kind of dash as a hyphen. */
  fold?: 'dashes'
  /** What rules call a value, by the value in lower case. A value that is not there gives nothing. */
  words?: Readonly<Record<string, readonly string[]>>
}

/**
 * Where a field may be. The first group of sources that gives anything but null is the field's; the sources of a group give
 * together. Values that differ in case alone are one, the first.
 */
export type FieldPlaces = readonly (readonly FieldSource[])[]

/** A list of names and values that is an object in our event. */
export interface LiftedList {
  /** What rules call the list, in lower case; the first is Microsoft's name. */
  names: readonly string[]
  path: readonly string[]
  /** Members are values, or old and new values under these names. */
  change?: { old: string; new: string }
}

/** Events of one dataset, in the names that rules of a logsource use for them. */
export interface EventStream {
  dataset: string
  /** Only those that have one of these values there. */
  when?: { path: readonly string[]; values: readonly string[] }
  /** Where the record is; the first is where a field is sought first. */
  roots: readonly (readonly string[])[]
  /** By the rule's name of the field, in lower case. */
  aliases: Readonly<Record<string, FieldPlaces>>
  lists: readonly LiftedList[]
}

export interface Logsource {
  product: string
  service: string
  streams: readonly EventStream[]
  /** Why there are none. */
  absent?: string
}

/** Values below a path: `at('event.action')`. */
export function at(path: string, more: Pick<FieldSource, 'fold' | 'words'> = {}): FieldSource {
  return { path: path.split('.'), read: 'values', ...more }
}

/** One group of sources, in any of the names. */
export function together(names: readonly string[], ...sources: FieldSource[]): Record<string, FieldPlaces> {
  return inOrder(names, sources)
}

/** Groups of sources, the next where the one before gives nothing, in any of the names. */
export function inOrder(names: readonly string[], ...groups: FieldSource[][]): Record<string, FieldPlaces> {
  return Object.fromEntries(names.map((name) => [name.toLowerCase(), groups]))
}
