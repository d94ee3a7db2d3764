import { useQuery } from '@tanstack/react-query'
import { Minus, Plus, X } from 'lucide-react'
import { Tabs } from 'radix-ui'

import { fieldRows } from '#lib/ecs.ts'
import { queries } from '#lib/queries.ts'
import { IconButton } from '#parts/button.tsx'
import { Copy, CopyButton } from '#parts/copy.tsx'
import { SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { TabList } from '#parts/tabs.tsx'
import { When } from '#parts/when.tsx'
import { RowButton } from '#parts/row-button.tsx'

interface Props {
  tenantId: string
  eventId: string
  onFilter: (field: string, value: unknown, sense: 'in' | 'out') => void
  onClose: () => void
}

/** One event beside the table: its sentence, every field, and the record as Microsoft sent it. */
export function DocumentPanel({ tenantId, eventId, onFilter, onClose }: Props) {
  const { data, error, refetch } = useQuery(queries.event(tenantId, eventId))
  return (
    <aside
      aria-label="Event"
      className="flex w-[min(460px,42vw)] shrink-0 flex-col border-l border-line bg-surface max-sm:fixed max-sm:inset-0 max-sm:z-30 max-sm:w-full"
    >
      <header className="flex items-start gap-2 border-b border-line p-3">
        <div className="min-w-0 flex-1 space-y-1">
          <p className="text-base font-medium break-words">{data?.event.message ?? 'Event'}</p>
          <p className="flex flex-wrap items-center gap-x-2 text-xs text-ink-3">
            {data && <When at={data.event['@timestamp']} exact />}
            <Copy
              text={eventId}
              label="event ID"
              shown={eventId.length > 14 ? `${eventId.slice(0, 8)}…${eventId.slice(-4)}` : eventId}
            />
          </p>
        </div>
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
        <Tabs.Root defaultValue="fields" className="flex min-h-0 flex-1 flex-col">
          <TabList
            label="Event views"
            tabs={[
              { value: 'fields', title: 'Fields' },
              { value: 'original', title: 'Original' },
            ]}
          />
          <Tabs.Content value="fields" className="min-h-0 flex-1 overflow-auto">
            <table className="w-full table-fixed text-xs" aria-label="Fields">
              <tbody>
                {fieldRows(data.event).map(({ field, value }) => (
                  <tr key={`${field} ${value}`} className="group border-b border-line align-top">
                    <th
                      scope="row"
                      className="w-[42%] px-3 py-1.5 text-left font-mono font-normal break-all text-ink-3"
                    >
                      {field}
                    </th>
                    <td className="py-1.5 pr-1 break-words">{String(value)}</td>
                    <td className="w-[84px] whitespace-nowrap opacity-60 group-focus-within:opacity-100 group-hover:opacity-100">
                      <RowButton
                        label={`Filter for ${field}`}
                        onClick={() => onFilter(field, value, 'in')}
                        Icon={Plus}
                      />
                      <RowButton
                        label={`Filter out ${field}`}
                        onClick={() => onFilter(field, value, 'out')}
                        Icon={Minus}
                      />
                      <CopyButton text={String(value)} label={field} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Tabs.Content>
          <Tabs.Content value="original" className="relative min-h-0 flex-1 overflow-auto">
            <div className="absolute top-2 right-2">
              <CopyButton text={data.original} label="original" />
            </div>
            <pre className="p-3 font-mono text-xs break-words whitespace-pre-wrap">{pretty(data.original)}</pre>
          </Tabs.Content>
        </Tabs.Root>
      )}
    </aside>
  )
}

/** Indented when it is JSON; a record that is not stays as it came. */
function pretty(original: string): string {
  try {
    return JSON.stringify(JSON.parse(original), undefined, 2)
  } catch {
    return original
  }
}
