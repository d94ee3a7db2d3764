import { CalendarClock } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useState, type SubmitEvent } from 'react'

import { usePreferences } from '#lib/preferences.ts'
import { parseRange, QUICK_RANGES, rangeLabel, resolve, type TimeRange } from '#lib/time-range.ts'
import { clockTime, inputMoment, isoOfInput } from '#lib/time.ts'

import { Button, buttonClass } from './button.tsx'
import { Field } from './field.tsx'

/** The page's time: a span that moves along, or two moments. */
export function TimeRangePicker({ range, onChange }: { range: TimeRange; onChange: (range: TimeRange) => void }) {
  const { zone } = usePreferences()
  const [open, setOpen] = useState(false)
  const choose = (chosen: TimeRange) => {
    setOpen(false)
    onChange(chosen)
  }
  const label = rangeLabel(range, (iso) => clockTime(iso, zone))
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className={buttonClass('secondary', 'max-w-full')} aria-label={`Time range: ${label}`}>
        <CalendarClock aria-hidden className="size-4 shrink-0 text-ink-3" />
        <span className="truncate">{label}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label="Time range"
          className="z-50 grid gap-3 rounded-lg border border-line bg-surface p-3 shadow-float sm:grid-cols-[170px_240px]"
        >
          <ul className="max-sm:grid max-sm:grid-cols-2">
            {QUICK_RANGES.map((quick) => (
              <li key={quick.label}>
                <Button look="quiet" className="w-full justify-start!" onClick={() => choose(quick.range)}>
                  {quick.label}
                </Button>
              </li>
            ))}
          </ul>
          <AbsoluteRange range={range} zone={zone} onChange={choose} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

function AbsoluteRange(props: { range: TimeRange; zone: 'local' | 'utc'; onChange: (range: TimeRange) => void }) {
  const { zone, onChange } = props
  const [resolved] = useState(() => resolve(props.range, Date.now()))
  const [from, setFrom] = useState(inputMoment(resolved.from, zone))
  const [to, setTo] = useState(inputMoment(resolved.to, zone))
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    onChange(parseRange(isoOfInput(from, zone), isoOfInput(to, zone)))
  }
  return (
    <form onSubmit={submit} className="space-y-2 border-line sm:border-l sm:pl-3">
      <Field
        label="From"
        type="datetime-local"
        step={1}
        required
        value={from}
        onChange={(event) => setFrom(event.target.value)}
      />
      <Field
        label="To"
        type="datetime-local"
        step={1}
        required
        min={from}
        value={to}
        onChange={(event) => setTo(event.target.value)}
        hint={zone === 'utc' ? 'Times are UTC.' : 'Times are local.'}
      />
      <Button type="submit" look="primary" className="w-full">
        Apply
      </Button>
    </form>
  )
}
