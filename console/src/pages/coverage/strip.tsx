import { useRef, useState, type KeyboardEvent } from 'react'

import { cellsOf, placeOf, tallyOf, type Cell, type FeedCoverage } from '#lib/coverage.ts'
import { usePreferences } from '#lib/preferences.ts'
import { spanWords } from '#lib/time.ts'
import type { TimeRange } from '#lib/time-range.ts'
import { count } from '#lib/words.ts'

import { LOOK } from './looks.tsx'

interface Props {
  title: string
  coverage: FeedCoverage
  span: TimeRange
  /** Where the chosen cell begins. */
  chosen: string | undefined
  onChoose: (cell: Cell) => void
}

/** The windows of a feed along time. One stop of the Tab key; the arrow keys go from window to window, Enter opens one. */
export function Strip({ title, coverage, span, chosen, onChoose }: Props) {
  const { zone } = usePreferences()
  const [focused, setFocused] = useState<string>()
  const strip = useRef<HTMLDivElement>(null)
  const cells = cellsOf(coverage.windows, span)
  const at = cells.findIndex(({ from }) => from === (focused ?? chosen))
  const stop = at === -1 ? cells.length - 1 : at
  const move = (event: KeyboardEvent) => {
    const to = { ArrowLeft: stop - 1, ArrowRight: stop + 1, Home: 0, End: cells.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    strip.current?.querySelectorAll('button')[Math.max(0, Math.min(cells.length - 1, to))]?.focus()
  }
  return (
    <div
      ref={strip}
      role="toolbar"
      tabIndex={-1}
      aria-label={`Windows of ${title}`}
      onKeyDown={move}
      className="relative h-6 rounded bg-sunken max-sm:h-8"
    >
      {cells.map((cell, index) => {
        const { left, width } = placeOf(cell, span)
        const words = `${LOOK[cell.look].word}: ${spanWords(cell, zone)}, ${count(tallyOf(cell.windows).kept, 'record')} kept`
        return (
          <button
            key={cell.from}
            type="button"
            tabIndex={index === stop ? 0 : -1}
            aria-label={words}
            aria-pressed={cell.from === chosen}
            title={words}
            onFocus={() => setFocused(cell.from)}
            onBlur={() => setFocused(undefined)}
            onClick={() => onChoose(cell)}
            className={`absolute inset-y-0 ${cells.length < 80 ? 'px-[0.5px]' : ''} hover:brightness-90 focus-visible:z-10 aria-pressed:z-10 aria-pressed:outline-2 aria-pressed:outline-ink`}
            style={{ left: `${left}%`, width: `max(2px, ${width}%)` }}
          >
            <span aria-hidden className={`block h-full rounded-[2px] ${LOOK[cell.look].className}`} />
          </button>
        )
      })}
    </div>
  )
}

/** The moments above all strips. */
export function Axis({ ticks, span }: { ticks: { at: string; label: string }[]; span: TimeRange }) {
  const places = ticks.map((tick) => ({ ...tick, left: placeOf({ from: tick.at, to: tick.at }, span).left }))
  // What begins too near the end would be cut off.
  const shown = places.filter(({ left }) => left < 100 - 50 / ticks.length)
  return (
    <div aria-hidden className="relative h-5 overflow-hidden text-xs text-ink-3">
      {shown.map(({ at, label, left }) => (
        <span
          key={at}
          className="absolute top-0 border-l border-line-strong/50 pl-1 whitespace-nowrap"
          style={{ left: `${left}%` }}
        >
          {label}
        </span>
      ))}
    </div>
  )
}
