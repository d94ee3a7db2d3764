import { Radio, RefreshCw, Search } from 'lucide-react'
import { useRef, useState, type SubmitEvent } from 'react'

import { toProblem } from '#lib/api.ts'
import type { EventSearch, EventSearchChange } from '#lib/event-search.ts'
import { useHotkeys } from '#lib/hotkeys.ts'
import { pointAt } from '#lib/kql.ts'
import { isRelative } from '#lib/time-range.ts'
import { Button, IconButton } from '#parts/button.tsx'
import { inputClass } from '#parts/field.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { TimeRangePicker } from '#parts/time-range-picker.tsx'

interface Props {
  search: EventSearch
  error: unknown
  isLive: boolean
  onChange: (change: EventSearchChange) => void
  onRefresh: () => void
}

/** Query, time and live mode. A fault in the query is shown at its character. */
export function QueryBar({ search, error, isLive, onChange, onRefresh }: Props) {
  const [text, setText] = useState(search.q)
  const [asked, setAsked] = useState(search.q)
  // A facet or a link changed the query: the box follows the address.
  if (asked !== search.q) {
    setAsked(search.q)
    setText(search.q)
  }
  const input = useRef<HTMLInputElement>(null)
  useHotkeys({ '/': () => input.current?.focus() })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (text === search.q) onRefresh()
    else onChange({ q: text })
  }
  return (
    <div className="shrink-0 space-y-2 border-b border-line bg-surface p-3">
      <search>
        <form onSubmit={submit} className="flex flex-wrap items-center gap-2">
          <div className="relative min-w-0 flex-1 basis-80">
            <Search
              aria-hidden
              className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-ink-3"
            />
            <input
              ref={input}
              aria-label="Query"
              aria-invalid={error !== null}
              aria-describedby="query-fault"
              spellCheck={false}
              autoCapitalize="none"
              placeholder={'user.name : "ana*" and not source.ip : 10.0.0.0/8'}
              value={text}
              onChange={(event) => setText(event.target.value)}
              onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
              className={`${inputClass} pl-8 font-mono text-[13px]`}
            />
          </div>
          <TimeRangePicker range={search} onChange={onChange} />
          <Button
            aria-pressed={isLive}
            disabled={!isRelative(search)}
            title="Show new events as they arrive"
            onClick={() => onChange({ live: isLive ? undefined : true })}
            className={isLive ? 'border-accent! bg-accent-soft! text-accent!' : ''}
          >
            <Radio aria-hidden className="size-4" />
            Live
          </Button>
          <IconButton label="Refresh" onClick={onRefresh}>
            <RefreshCw aria-hidden className="size-4" />
          </IconButton>
          <Button type="submit" look="primary">
            Search
          </Button>
        </form>
      </search>
      {error ? <QueryFault query={search.q} error={error} /> : null}
    </div>
  )
}

function QueryFault({ query, error }: { query: string; error: unknown }) {
  const fault = toProblem(error).problems?.find((each) => each.position !== undefined)
  if (fault?.position === undefined) return <ProblemBanner error={error} />
  const { before, at, after } = pointAt(query, fault.position)
  return (
    <div id="query-fault" role="alert" className="rounded-md border border-bad/40 bg-bad-soft px-3 py-2 text-sm">
      <p className="overflow-x-auto font-mono text-[13px] whitespace-pre">
        {before}
        <mark className="rounded-sm bg-bad-fill px-px text-on-fill">{at.replace(' ', '\u00A0')}</mark>
        {after}
      </p>
      <p className="font-medium">{fault.message}</p>
      <p className="text-ink-2">{toProblem(error).fix}</p>
    </div>
  )
}
