import { CalendarClock } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useState, type SubmitEvent } from 'react'

import { setPreferences, usePreferences } from '#lib/preferences.ts'
import { parseRange, QUICK_RANGES, rangeLabel, resolve, UNIT_WORDS, type TimeRange } from '#lib/time-range.ts'
import { clockTime, exactTime, inputMoment, isoOfInput, useNow, zoneName, type Zone } from '#lib/time.ts'

import { Button, buttonClass } from './button.tsx'
import { Field, inputClass } from './field.tsx'

/** The page's time: a span that moves along, or two moments, in the zone people chose. */
export function TimeRangePicker({ range, onChange }: { range: TimeRange; onChange: (range: TimeRange) => void }) {
  const { zone } = usePreferences()
  const [open, setOpen] = useState(false)
  const choose = (chosen: TimeRange) => {
    setOpen(false)
    onChange(chosen)
  }
  const label = rangeLabel(range, (iso) => clockTime(iso, zone))
  const { from, to } = resolve(range, useNow(60_000))
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        className={buttonClass('secondary', 'min-w-0 shrink!')}
        aria-label={`Time range: ${label}`}
        title={`${exactTime(from, zone)} to ${exactTime(to, zone)}`}
      >
        <CalendarClock aria-hidden className="size-4 shrink-0 text-ink-3" />
        <span className="truncate">{label}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label="Time range"
          className="z-50 max-h-(--radix-popover-content-available-height) overflow-auto rounded-lg border border-line bg-surface shadow-float"
        >
          <div className="grid gap-3 p-3 sm:grid-cols-[170px_250px]">
            <ul className="max-sm:grid max-sm:grid-cols-2">
              {QUICK_RANGES.map((quick) => {
                const isChosen = quick.range.from === range.from && quick.range.to === range.to
                return (
                  <li key={quick.label}>
                    <Button
                      look="quiet"
                      aria-current={isChosen ? 'true' : undefined}
                      className={`w-full justify-start! ${isChosen ? 'bg-accent-soft! text-accent!' : ''}`}
                      onClick={() => choose(quick.range)}
                    >
                      {quick.label}
                    </Button>
                  </li>
                )
              })}
            </ul>
            <div className="space-y-4 border-line sm:border-l sm:pl-3">
              <RelativeRange range={range} onChange={choose} />
              {/* What stands in the fields is of the zone. */}
              <AbsoluteRange key={zone} range={range} zone={zone} onChange={choose} />
            </div>
          </div>
          <ZoneChoice zone={zone} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

function RelativeRange({ range, onChange }: { range: TimeRange; onChange: (range: TimeRange) => void }) {
  const [, given = '6', givenUnit = 'h'] = /^now-(\d+)([mhd])$/.exec(range.from) ?? []
  const [amount, setAmount] = useState(given)
  const [unit, setUnit] = useState(givenUnit)
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    onChange({ from: `now-${Number(amount)}${unit}`, to: 'now' })
  }
  return (
    <form onSubmit={submit} className="space-y-1">
      <span className="block text-sm font-medium">The last</span>
      <div className="flex gap-2">
        <input
          aria-label="How many"
          type="number"
          min={1}
          max={99_999}
          required
          value={amount}
          onChange={({ target }) => setAmount(target.value)}
          className={inputClass}
        />
        <select
          aria-label="Of what"
          value={unit}
          onChange={({ target }) => setUnit(target.value)}
          className={inputClass}
        >
          {['m', 'h', 'd'].map((each) => (
            <option key={each} value={each}>
              {UNIT_WORDS[each]}
            </option>
          ))}
        </select>
        <Button type="submit">Set</Button>
      </div>
    </form>
  )
}

function AbsoluteRange(props: { range: TimeRange; zone: Zone; onChange: (range: TimeRange) => void }) {
  const { zone, onChange } = props
  const [resolved] = useState(() => resolve(props.range, Date.now()))
  const [from, setFrom] = useState(inputMoment(resolved.from, zone))
  const [to, setTo] = useState(inputMoment(resolved.to, zone))
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    onChange(parseRange(isoOfInput(from, zone), isoOfInput(to, zone)))
  }
  return (
    <form onSubmit={submit} className="space-y-2">
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
      />
      <Button type="submit" look="primary" className="w-full">
        Apply
      </Button>
    </form>
  )
}

/** One switch for every time of the console. */
function ZoneChoice({ zone }: { zone: Zone }) {
  return (
    <fieldset className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line px-4 py-2 text-sm">
      <legend className="sr-only">Time zone</legend>
      {(['local', 'utc'] as const).map((each) => (
        <label key={each} className="flex min-h-8 items-center gap-2">
          <input
            type="radio"
            name="zone"
            checked={zone === each}
            onChange={() => setPreferences({ zone: each })}
            className="size-4"
          />
          {each === 'utc' ? 'UTC' : `Local (${zoneName()})`}
        </label>
      ))}
    </fieldset>
  )
}
