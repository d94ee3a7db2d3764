import type { Column } from './columns.ts'
import { columnAt } from './columns.ts'
import type { Params } from './params.ts'
import { limited, tooLarge } from './refusals.ts'

/** The values of an event's fields as SQL: from the column where there is one, else out of the document. */

/** Columns by path, besides those that there are from the beginning. */
export type Promoted = ReadonlyMap<string, Column>

const MAX_STEPS = 12

export const TIME = '@timestamp'

/** True for what is read out of whole documents, which costs more. */
export function isInDocument(column: Column | undefined): boolean {
  return column === undefined || column.name === 'original' || column.filling === true
}

/** The values of a field as an Array(String) expression, for grouping by them. */
export function valuesOf(field: string, params: Params, promoted: Promoted): string {
  if (field === TIME) return '[toString(time)]'
  const column = columnAt(field, promoted)
  if (column === undefined) return documentValues(field, params)
  if (isInDocument(column)) params.readsDocuments = true
  if (column.kind === 'number') return `if(isNull(${column.name}), [], [toString(assumeNotNull(${column.name}))])`
  return isPlural(column) ? column.name : `[toString(${column.name})]`
}

/** Says of one value, an SQL expression of type String, whether it fits. */
export type Test = (value: string) => string

/** One of the field's values passes the test. */
export function anyValue(field: string, params: Params, promoted: Promoted, test: Test): string {
  if (field === TIME) return test('toString(time)')
  const column = columnAt(field, promoted)
  if (column === undefined) return anyDocumentValue(field, params, test)
  if (isInDocument(column)) params.readsDocuments = true
  if (column.kind === 'number')
    return `(isNotNull(${column.name}) AND ${test(`toString(assumeNotNull(${column.name}))`)})`
  return isPlural(column) ? `arrayExists(v -> ${test('v')}, ${column.name})` : test(column.name)
}

function anyDocumentValue(field: string, params: Params, test: Test): string {
  return `(${hasKey(field, params)} AND arrayExists(v -> ${test('v')}, ${documentValues(field, params)}))`
}

/** Whether the field has a value. */
export function exists(field: string, params: Params, promoted: Promoted): string {
  if (field === TIME) return '1'
  const column = columnAt(field, promoted)
  if (column === undefined) return anyDocumentValue(field, params, () => '1')
  if (isInDocument(column)) params.readsDocuments = true
  return column.kind === 'number' ? `isNotNull(${column.name})` : `notEmpty(${column.name})`
}

/**
 * The values a document has at a path, as text. Lists on the way are entered, as `Folders.FolderItems.Id` means the id of
 * each item of each folder: two lists of objects, and one of values at the end.
 */
function documentValues(field: string, params: Params): string {
  params.readsDocuments = true
  const path = stepsOf(field).map((step) => params.text(step))
  return textsOf(
    `arrayFlatten(arrayMap(l -> if(startsWith(l, '['), JSONExtractArrayRaw(l), [l]), ${rawValues('event', path, 2)}))`,
  )
}

/** As JSON. The engine parses the document for each call, so it is asked for whole paths and for few of them. */
function rawValues(document: string, path: readonly string[], lists: number): string {
  const direct = `[JSONExtractRaw(${[document, ...path].join(', ')})]`
  if (lists === 0 || path.length === 1) return direct
  const item = `item${lists}`
  const inLists = path
    .slice(1)
    .map((_, index) => [path.slice(0, index + 1), path.slice(index + 1)] as const)
    .map(
      ([list, rest]) =>
        `arrayFlatten(arrayMap(${item} -> ${rawValues(item, rest, lists - 1)}, JSONExtractArrayRaw(${[document, ...list].join(', ')})))`,
    )
  return `arrayConcat(${[direct, ...inLists].join(', ')})`
}

function textsOf(raw: string): string {
  return `arrayMap(l -> ${textOf('l')}, arrayFilter(l -> ${isValue('l')}, ${raw}))`
}

function textOf(raw: string): string {
  return `if(startsWith(${raw}, '"'), JSONExtractString(${raw}), ${raw})`
}

/** Neither absent, nor null, nor an object or a list. */
function isValue(raw: string): string {
  return `(${raw} NOT IN ('', 'null') AND NOT startsWith(${raw}, '{') AND NOT startsWith(${raw}, '['))`
}

/** Cheap and exact enough to spare most documents the walk: the last key occurs in the text of the document. */
function hasKey(field: string, params: Params): string {
  return `position(event, ${params.text(`${JSON.stringify(stepsOf(field).at(-1))}:`)}) > 0`
}

function stepsOf(field: string): string[] {
  const steps = limited(field).split('.')
  if (steps.length > MAX_STEPS) throw tooLarge(`A field has more than ${MAX_STEPS} steps.`)
  return steps
}

/** Several values an event. */
export function isPlural(column: Column): boolean {
  return column.kind === 'keywords' || column.kind === 'texts'
}
