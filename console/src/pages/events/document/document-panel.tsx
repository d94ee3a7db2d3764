import { useQuery } from '@tanstack/react-query'
import { Tabs } from 'radix-ui'
import { ChevronDown, ChevronUp, X } from 'lucide-react'

import type { Sense } from '#lib/kql.ts'
import { queries } from '#lib/queries.ts'
import { pivotsOf } from '#lib/pivots.ts'
import type { TimeRange } from '#lib/time-range.ts'
import { IconButton } from '#parts/button.tsx'
import { Copy } from '#parts/copy.tsx'
import { SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { TabList } from '#parts/tabs.tsx'
import { When } from '#parts/when.tsx'

import { Fields } from './fields.tsx'
import { Pivots } from './pivots.tsx'
import { Raw } from './raw.tsx'
import { Surrounding } from './surrounding.tsx'

interface Props {
  tenantId: string
  eventId: string
  columns: readonly string[]
  onTerm: (field: string, value: unknown, sense: Sense) => void
  onColumn: (field: string) => void
  /** Another search altogether; without a range the time stays. */
  onPivot: (query: string, range?: TimeRange) => void
  onNarrow: (term: string) => void
  onOpen: (eventId: string) => void
  /** To the row before or after; absent at the ends. */
  onStep: { before: (() => void) | undefined; after: (() => void) | undefined }
  onClose: () => void
}

/** One event beside the table: its sentence, where it leads, every field, what happened around it, and the record itself. */
export function DocumentPanel({ tenantId, eventId, onStep, onClose, ...rest }: Props) {
  const { data, error, refetch } = useQuery(queries.event(tenantId, eventId))
  const shortId = eventId.length > 14 ? `${eventId.slice(0, 8)}…${eventId.slice(-4)}` : eventId
  return (
    <aside
      aria-label="Event"
      className="flex w-[min(480px,42vw)] shrink-0 flex-col border-l border-line bg-surface max-md:fixed max-md:inset-0 max-md:z-30 max-md:w-full"
    >
      <header className="flex items-start gap-1 border-b border-line py-2 pr-2 pl-3">
        <div className="min-w-0 flex-1 space-y-0.5 py-1">
          <p className="text-base font-medium break-words">{data?.event.message ?? 'Event'}</p>
          <p className="flex flex-wrap items-center gap-x-2 text-xs text-ink-3">
            {data && <When at={data.event['@timestamp']} exact />}
            {data && <span>{data.event.event.dataset}</span>}
            <Copy text={eventId} label="event ID" shown={shortId} />
          </p>
        </div>
        <IconButton label="Row before (k)" disabled={!onStep.before} onClick={onStep.before}>
          <ChevronUp aria-hidden className="size-4" />
        </IconButton>
        <IconButton label="Row after (j)" disabled={!onStep.after} onClick={onStep.after}>
          <ChevronDown aria-hidden className="size-4" />
        </IconButton>
        <IconButton label="Close the event" onClick={onClose}>
          <X aria-hidden className="size-4" />
        </IconButton>
      </header>
      {error && (
        <div className="p-3">
          <ProblemBanner error={error} onRetry={() => void refetch()} />
        </div>
      )}
      {!data && !error && <SkeletonRows rows={8} />}
      {data && (
        <>
          <Pivots tenantId={tenantId} event={data.event} onPivot={rest.onPivot} onNarrow={rest.onNarrow} />
          <Tabs.Root defaultValue="fields" className="flex min-h-0 flex-1 flex-col">
            <TabList
              label="Event views"
              tabs={[
                { value: 'fields', title: 'Fields' },
                { value: 'surrounding', title: 'Around it' },
                { value: 'raw', title: 'Raw' },
              ]}
            />
            <Tabs.Content value="fields" className="flex min-h-0 flex-1 flex-col">
              <Fields event={data.event} columns={rest.columns} onTerm={rest.onTerm} onColumn={rest.onColumn} />
            </Tabs.Content>
            <Tabs.Content value="surrounding" className="flex min-h-0 flex-1 flex-col">
              <Surrounding
                tenantId={tenantId}
                event={data.event}
                pivots={pivotsOf(data.event)}
                onOpen={rest.onOpen}
                onPivot={rest.onPivot}
              />
            </Tabs.Content>
            <Tabs.Content value="raw" className="flex min-h-0 flex-1 flex-col">
              <Raw stored={data} />
            </Tabs.Content>
          </Tabs.Root>
        </>
      )}
    </aside>
  )
}
