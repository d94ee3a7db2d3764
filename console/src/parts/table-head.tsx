import { ArrowDown, ArrowUp } from 'lucide-react'
import { useRef, type KeyboardEvent, type PointerEvent } from 'react'

interface Props {
  title: string
  direction?: 'asc' | 'desc' | undefined
  /** Absent where the column cannot be sorted. */
  onSort?: () => void
  /** Absent where the column cannot be resized. */
  onResize?: (px: number) => void
}

const ORDER = { asc: 'ascending', desc: 'descending', none: 'none' } as const

export function Head({ title, direction, onSort, onResize }: Props) {
  const cell = useRef<HTMLTableCellElement>(null)
  return (
    <th
      ref={cell}
      title={title}
      {...(onSort && { 'aria-sort': ORDER[direction ?? 'none'] })}
      className="relative min-w-0 truncate pr-3 text-left font-medium"
    >
      {onSort === undefined ? (
        title
      ) : (
        <button type="button" onClick={onSort} className="inline-flex items-center gap-1 rounded hover:text-ink">
          {title}
          {direction === 'asc' && <ArrowUp aria-hidden className="size-3" />}
          {direction === 'desc' && <ArrowDown aria-hidden className="size-3" />}
        </button>
      )}
      {onResize && <Edge title={title} widthOf={() => cell.current?.offsetWidth ?? 0} onResize={onResize} />}
    </th>
  )
}

const LEAST_PX = 56
const STEP_PX = 16

/** The right edge of a head: dragged, or moved with the arrow keys. */
function Edge({ title, widthOf, onResize }: { title: string; widthOf: () => number; onResize: (px: number) => void }) {
  const resize = (px: number) => onResize(Math.max(LEAST_PX, Math.round(px)))
  const drag = (event: PointerEvent<HTMLButtonElement>) => {
    const edge = event.currentTarget
    const [startX, startPx] = [event.clientX, widthOf()]
    edge.setPointerCapture(event.pointerId)
    const move = ({ clientX }: { clientX: number }) => resize(startPx + clientX - startX)
    edge.addEventListener('pointermove', move)
    edge.addEventListener('lostpointercapture', () => edge.removeEventListener('pointermove', move), { once: true })
  }
  const press = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -STEP_PX, ArrowRight: STEP_PX }[event.key]
    if (step === undefined) return
    event.preventDefault()
    resize(widthOf() + step)
  }
  return (
    <button
      type="button"
      aria-label={`Width of ${title}`}
      onPointerDown={drag}
      onKeyDown={press}
      className="absolute inset-y-0 right-1 w-2 cursor-col-resize touch-none border-r border-line hover:border-r-2 hover:border-accent focus-visible:outline-offset-[-2px]"
    />
  )
}
