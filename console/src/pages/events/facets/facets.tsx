import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { SlidersHorizontal } from 'lucide-react'
import { useState } from 'react'

import { tenantApi, type EventFilter } from '#lib/api.ts'
import { fieldsOf } from '#lib/event-search.ts'
import type { Sense } from '#lib/kql.ts'
import { setPreferences, usePreferences } from '#lib/preferences.ts'
import { Button } from '#parts/button.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { FieldChooser } from '#pages/events/field-chooser.tsx'
import { FacetValues } from './facet-values.tsx'

const FIELDS = [
  'event.action',
  'user.name',
  'source.ip',
  'event.outcome',
  'event.provider',
  'event.code',
  'event.dataset',
  'event.category',
]
const MOST_FIELDS = 20
const FEW_VALUES = 6
const MANY_VALUES = 50

interface Props {
  tenantId: string
  filter: EventFilter
  query: string
  onTerm: (field: string, value: unknown, sense: Sense) => void
}

/** The most frequent values of some fields within the search. Each narrows it by one click, and a second takes that back. */
export function Facets({ tenantId, filter, query, onTerm }: Props) {
  const chosen = usePreferences().eventFacets
  const fields = chosen === '' ? FIELDS : fieldsOf(chosen)
  const [long, setLong] = useState<string>()
  const few = useFacets(tenantId, filter, fields, FEW_VALUES)
  const many = useFacets(tenantId, filter, long === undefined ? [] : [long], MANY_VALUES)
  const keep = (next: readonly string[]) => setPreferences({ eventFacets: next.join(',') })
  return (
    <div className="space-y-1">
      {few.error && <ProblemBanner error={few.error} onRetry={() => void few.refetch()} />}
      {!few.error &&
        fields.map((field) => (
          <FacetValues
            key={field}
            field={field}
            facet={
              (field === long ? many.data?.facets.find((each) => each.field === field) : undefined) ??
              few.data?.facets.find((each) => each.field === field)
            }
            query={query}
            isLong={field === long}
            onLong={() => setLong(field === long ? undefined : field)}
            onTerm={onTerm}
            onRemove={() => keep(fields.filter((each) => each !== field))}
          />
        ))}
      <FieldChooser
        tenantId={tenantId}
        label="Facets"
        chosen={fields}
        most={MOST_FIELDS}
        onChange={keep}
        onReset={chosen === '' ? undefined : () => setPreferences({ eventFacets: '' })}
        trigger={
          <Button look="quiet">
            <SlidersHorizontal aria-hidden className="size-4" /> Choose facets
          </Button>
        }
      />
    </div>
  )
}

const useFacets = (tenantId: string, filter: EventFilter, fields: readonly string[], limit: number) =>
  useQuery({
    queryKey: [tenantId, 'facets', fields.join(), limit, filter],
    queryFn: ({ signal }) => tenantApi(tenantId).facets({ ...filter, fields, limit }, signal),
    enabled: fields.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
  })
