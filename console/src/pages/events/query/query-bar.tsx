import { RefreshCw } from 'lucide-react'
import { useRef, useState, type ReactNode } from 'react'

import type { EventFilter } from '#lib/api.ts'
import type { EventSearch, EventSearchChange } from '#lib/event-search.ts'
import { useHotkeys } from '#lib/hotkeys.ts'
import { Button, IconButton } from '#parts/button.tsx'
import { TimeRangePicker } from '#parts/time-range-picker.tsx'

import { QueryBox } from './query-box.tsx'
import { QueryFault } from './query-fault.tsx'

interface Props {
  tenantId: string
  search: EventSearch
  filter: EventFilter
  error: unknown
  onChange: (change: EventSearchChange) => void
  onRefresh: () => void
  onRetry: () => void
  /** Further buttons, after the time. */
  children: ReactNode
}

/** Query and time: what is asked for. */
export function QueryBar({ tenantId, search, filter, error, onChange, onRefresh, onRetry, children }: Props) {
  const [text, setText] = useState(search.q)
  const [asked, setAsked] = useState(search.q)
  // A facet or a link changed the query: the box follows the address.
  if (asked !== search.q) {
    setAsked(search.q)
    setText(search.q)
  }
  const input = useRef<HTMLInputElement>(null)
  useHotkeys({ '/': () => input.current?.focus() })
  const submit = () => {
    const q = text.trim()
    if (q === search.q) onRefresh()
    else onChange({ q })
  }
  return (
    <div className="shrink-0 space-y-2 border-b border-line bg-surface p-3">
      <search className="flex flex-wrap items-center gap-2">
        <div className="flex min-w-0 flex-1 basis-96 gap-2 max-sm:basis-full">
          <QueryBox
            input={input}
            tenantId={tenantId}
            filter={filter}
            text={text}
            isFaulty={Boolean(error)}
            onChange={setText}
            onSearch={submit}
          />
          <Button look="primary" onClick={submit}>
            Search
          </Button>
        </div>
        <div className="flex min-w-0 items-center gap-1">
          <TimeRangePicker range={search} onChange={onChange} />
          <IconButton label="Refresh" onClick={onRefresh}>
            <RefreshCw aria-hidden className="size-4" />
          </IconButton>
          {children}
        </div>
      </search>
      {error ? (
        <QueryFault
          query={search.q}
          error={error}
          onRetry={onRetry}
          onGoTo={(from, to) => {
            setText(search.q)
            input.current?.focus()
            requestAnimationFrame(() => input.current?.setSelectionRange(from, to))
          }}
        />
      ) : null}
    </div>
  )
}
