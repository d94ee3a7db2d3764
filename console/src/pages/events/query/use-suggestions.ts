import type { EventField } from '@cordon/api'
import { keepPreviousData, useQuery } from '@tanstack/react-query'

import { tenantApi, type EventFilter } from '#lib/api.ts'
import { useDebounced } from '#lib/debounced.ts'
import type { Completion } from '#lib/kql-completion.ts'
import { quoted } from '#lib/kql.ts'
import { queries } from '#lib/queries.ts'
import { number } from '#lib/words.ts'

/** Something that may be written at the caret: what one reads, what it writes, and what is known about it. */
export interface Suggestion {
  label: string
  text: string
  detail: string
}

const MOST = 12
const JOINS: Suggestion[] = [
  { label: 'and', text: 'and', detail: 'both hold' },
  { label: 'or', text: 'or', detail: 'one of them holds' },
]
const ORDERED: ReadonlySet<string> = new Set(['number', 'date'])

/** What may be written at the caret; fields of this tenant, and values that its events have in the time range. */
export function useSuggestions(
  tenantId: string,
  filter: EventFilter,
  completion: Completion | undefined,
): Suggestion[] {
  const { data: known } = useQuery({ ...queries.eventFields(tenantId), enabled: completion !== undefined })
  const fields = known?.fields ?? []
  const { wants, field = '', typed = '' } = completion ?? {}
  const prefix = useDebounced(typed, 120)
  const isField = fields.length === 0 || fields.some(({ name }) => name === field)
  const { data: values } = useQuery({
    queryKey: [tenantId, 'values', field, prefix, filter.from, filter.to],
    queryFn: ({ signal }) =>
      tenantApi(tenantId).values({ from: filter.from, to: filter.to, field, prefix, limit: MOST }, signal),
    enabled: wants === 'value' && isField && field !== '',
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  })
  switch (wants) {
    case undefined:
      return []
    case 'field':
      return fieldSuggestions(fields, typed)
    case 'operator':
      return operatorSuggestions(fields.find(({ name }) => name === field))
    case 'join':
      return JOINS.filter(({ text }) => text.startsWith(typed.toLowerCase()))
    case 'value':
      return [
        ...(typed === '' ? [{ label: '*', text: '*', detail: 'has any value' }] : []),
        ...(values?.values ?? [])
          .filter(({ value }) => value.toLowerCase().startsWith(typed.toLowerCase()))
          .map(({ value, count }) => ({ label: value, text: literal(value), detail: number(count) })),
      ]
  }
}

/** Fields with the text in them: those that begin so first, then those that more events have. */
function fieldSuggestions(fields: readonly EventField[], typed: string): Suggestion[] {
  const part = typed.toLowerCase()
  const rank = ({ name }: EventField) => {
    const at = name.toLowerCase().indexOf(part)
    return at === 0 ? 0 : name[at - 1] === '.' ? 1 : 2
  }
  return fields
    .filter(({ name }) => name.toLowerCase().includes(part))
    .sort((a, b) => rank(a) - rank(b) || (b.count ?? 0) - (a.count ?? 0) || a.name.localeCompare(b.name))
    .slice(0, MOST)
    .map(({ name, type }) => ({ label: name, text: `${name} :`, detail: type }))
}

function operatorSuggestions(field: EventField | undefined): Suggestion[] {
  const compared = field !== undefined && ORDERED.has(field.type)
  return [
    { label: ':', text: ':', detail: 'is, or matches with *' },
    { label: ': *', text: ': *', detail: 'has any value' },
    ...(compared
      ? ['>', '>=', '<', '<='].map((operator) => ({
          label: operator,
          text: operator,
          detail: `compares ${field.type}s`,
        }))
      : []),
    ...(field === undefined ? JOINS : []),
  ]
}

/** A value as KQL writes it: without quotes where none are needed. */
const literal = (value: string) =>
  /^[\w.@-]+$/.test(value) && !/^(?:and|or|not)$/i.test(value) ? value : quoted(value)
