import type { EcsDocument } from '@cordon/api'

export interface FieldRow {
  field: string
  value: string | number | boolean
}

/** Leaves of a nested document as dotted fields, sorted by name; one row for each value of a list. */
export function fieldRows(document: Readonly<Record<string, unknown>>): FieldRow[] {
  const rows: FieldRow[] = []
  const visit = (value: unknown, field: string): void => {
    if (value === null || value === undefined) return
    if (Array.isArray(value)) value.forEach((each) => visit(each, field))
    else if (typeof value === 'object') {
      for (const [name, inner] of Object.entries(value)) visit(inner, field === '' ? name : `${field}.${name}`)
    } else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      rows.push({ field, value })
    }
  }
  visit(document, '')
  return rows.sort((a, b) => a.field.localeCompare(b.field))
}

/** All values at a dotted path, through lists of objects too; empty when absent. A name in the document may itself have dots. */
export function valuesAt(document: Readonly<Record<string, unknown>>, path: string): FieldRow['value'][] {
  const visit = (value: unknown, rest: string): FieldRow['value'][] => {
    if (Array.isArray(value)) return value.flatMap((each) => visit(each, rest))
    if (rest === '') {
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [value] : []
    }
    if (typeof value !== 'object' || value === null) return []
    return Object.entries(value).flatMap(([name, inner]) => {
      if (name === rest) return visit(inner, '')
      return rest.startsWith(`${name}.`) ? visit(inner, rest.slice(name.length + 1)) : []
    })
  }
  return visit(document, path)
}

/** The text at a dotted path, first value of a list; empty when absent. */
export function textAt(document: EcsDocument, path: string): string {
  const [first] = valuesAt(document, path)
  return first === undefined || typeof first === 'boolean' ? '' : String(first)
}

/** Users that the event is about, as Microsoft would find them: who did it, and whom it was done to. */
export function usersOf(document: EcsDocument): string[] {
  const target = textAt(document, 'user.target.email') || textAt(document, 'user.target.name')
  return [...new Set([userOf(document), target])].filter((each) => each.includes('@'))
}

/** Who did it, as a person would name them. */
export function userOf(document: EcsDocument): string {
  return textAt(document, 'user.email') || textAt(document, 'user.name') || textAt(document, 'user.id')
}
