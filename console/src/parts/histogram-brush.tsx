import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'

import type { Histogram } from '@cordon/api'

import { usePreferences } from '#lib/preferences.ts'
import { spanWords } from '#lib/time.ts'
import { count } from '#lib/words.ts'

interface Props {
  histogram: Histogram
  /** Absent where the bars only tell what they are. */
  onZoom: ((from: string, to: string) => void) | undefined
  /** Px between the chart's edges and its bars. */
  inset: { left: number; top: number; right: number; bottom: number }
}

/** Buckets from the one where it began to the one where it is, either of which may be the earlier. */
interface Span {
  start: number
  at: number
}

/**
 * A span of a histogram, chosen over its bars: dragged with mouse, pen or finger, or with the arrow keys (Shift takes more
 * with it, Enter zooms). A finger that moves up or down still scrolls the page.
 */
export function HistogramBrush({ histogram: { buckets, intervalMs }, onZoom, inset }: Props) {
  const { zone } = usePreferences()
  const [hovered, setHovered] = useState<number>()
  const [span, setSpan] = useState<Span>()
  const area = useRef<HTMLDivElement>(null)
  const last = buckets.length - 1
  const clamp = (index: number) => Math.max(0, Math.min(last, index))
  const indexAt = ({ clientX }: PointerEvent) => {
    const box = area.current!.getBoundingClientRect()
    return clamp(Math.floor(((clientX - box.left) / box.width) * buckets.length))
  }
  const shown = span ?? (hovered === undefined ? undefined : { start: hovered, at: hovered })
  const [from, to] = shown ? [Math.min(shown.start, shown.at), Math.max(shown.start, shown.at)] : [0, 0]
  const timeOf = (index: number) => new Date(Date.parse(buckets[0]!.time) + index * intervalMs).toISOString()
  const sum = buckets.slice(from, to + 1).reduce((total, bucket) => total + bucket.count, 0)
  const words = `${spanWords({ from: timeOf(from), to: timeOf(to + 1) }, zone)} · ${count(sum, 'event')}`

  const zoom = ({ start, at }: Span) => {
    setSpan(undefined)
    onZoom?.(timeOf(Math.min(start, at)), timeOf(Math.max(start, at) + 1))
  }
  const press = (event: KeyboardEvent) => {
    const at = span?.at ?? hovered ?? last
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -buckets.length, End: buckets.length }[event.key]
    if (step !== undefined) {
      // The first press of an arrow shows where one is.
      const isFirst = span === undefined && !event.shiftKey && Math.abs(step) === 1
      const next = clamp(isFirst ? at : at + step)
      setSpan({ start: event.shiftKey ? (span?.start ?? at) : next, at: next })
    } else if (event.key === 'Enter' && span) zoom(span)
    else if (event.key === 'Escape' && span) setSpan(undefined)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  if (buckets.length === 0) return null
  return (
    <div className="absolute" style={inset}>
      {/* Without a zoom it only follows the pointer to tell what is under it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div
        ref={area}
        {...(onZoom && {
          role: 'slider',
          tabIndex: 0,
          'aria-label': 'Choose a time span',
          'aria-description': 'Arrow keys move, with Shift they choose more, Enter zooms in.',
          'aria-valuemin': 0,
          'aria-valuemax': last,
          'aria-valuenow': shown?.at ?? last,
          'aria-valuetext': shown ? words : 'nothing chosen',
        })}
        className={`absolute inset-0 touch-pan-y select-none ${onZoom ? 'cursor-crosshair' : ''}`}
        onPointerDown={(event) => {
          if (event.button !== 0 || !onZoom) return
          event.currentTarget.setPointerCapture(event.pointerId)
          setSpan({ start: indexAt(event), at: indexAt(event) })
        }}
        onPointerMove={(event) => {
          const index = indexAt(event)
          setHovered(index)
          if (span && event.buttons > 0) setSpan({ ...span, at: index })
        }}
        onPointerUp={() => span && zoom(span)}
        onPointerCancel={() => setSpan(undefined)}
        onPointerLeave={() => setHovered(undefined)}
        onBlur={() => setSpan(undefined)}
        onKeyDown={press}
      />
      {shown && (
        <>
          <div
            aria-hidden
            className={`pointer-events-none absolute inset-y-0 ${span ? 'border-x border-accent bg-accent/20' : 'bg-ink/8'}`}
            style={{
              left: `${(from / buckets.length) * 100}%`,
              width: `${((to + 1 - from) / buckets.length) * 100}%`,
            }}
          />
          <div
            aria-hidden
            className={`pointer-events-none absolute -top-1 z-10 rounded max-sm:-top-5 border border-line bg-surface px-2 py-0.5 text-xs whitespace-nowrap shadow-float ${(from + to) / 2 > last / 2 ? 'left-1' : 'right-1'}`}
          >
            {words}
          </div>
        </>
      )}
    </div>
  )
}
