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

/** The text at a dotted path, first value of a list; empty when absent. */
export function textAt(document: EcsDocument, path: string): string {
  let value: unknown = document
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null) return ''
    value = (value as Record<string, unknown>)[step]
  }
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' || typeof first === 'number' ? String(first) : ''
}

/** Who did it, as a person would name them. */
export function userOf(document: EcsDocument): string {
  return textAt(document, 'user.email') || textAt(document, 'user.name') || textAt(document, 'user.id')
}
