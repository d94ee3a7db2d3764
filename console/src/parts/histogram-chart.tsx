import 'uplot/dist/uPlot.min.css'

import type { Histogram } from '@cordon/api'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'

import { usePreferences } from '#lib/preferences.ts'
import { clockTime, type Zone } from '#lib/time.ts'

import { HistogramBrush } from './histogram-brush.tsx'

interface Props {
  histogram: Histogram
  /** Spans nobody collected, drawn as gaps and not as silence. */
  gaps?: readonly { from: string; to: string }[]
  /** Choosing a span of the bars gives it. */
  onZoom?: (from: string, to: string) => void
}

/** Px around the bars, for the axes. */
const INSET = { left: 44, top: 8, right: 8, bottom: 22 }

const NO_GAPS: NonNullable<Props['gaps']> = []

/** A canvas knows no CSS variables: asks the page what a color is right now. */
function colorOf(element: Element, name: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(--color-${name})`
  element.append(probe)
  const color = getComputedStyle(probe).color
  probe.remove()
  return color
}

function drawGaps(chart: uPlot, gaps: readonly { from: string; to: string }[], color: string): void {
  const { ctx, bbox } = chart
  ctx.save()
  ctx.strokeStyle = color
  ctx.lineWidth = devicePixelRatio
  for (const gap of gaps) {
    const left = Math.max(bbox.left, chart.valToPos(Date.parse(gap.from) / 1000, 'x', true))
    const right = Math.min(bbox.left + bbox.width, chart.valToPos(Date.parse(gap.to) / 1000, 'x', true))
    if (right <= left) continue
    ctx.save()
    ctx.beginPath()
    ctx.rect(left, bbox.top, right - left, bbox.height)
    ctx.clip()
    ctx.beginPath()
    for (let x = left - bbox.height; x < right; x += 7 * devicePixelRatio) {
      ctx.moveTo(x, bbox.top + bbox.height)
      ctx.lineTo(x + bbox.height, bbox.top)
    }
    ctx.stroke()
    ctx.restore()
  }
  ctx.restore()
}

/** "14:00" within a day, "11-20" at its start and where ticks are days apart. */
function tickLabels(seconds: number[], zone: Zone): string[] {
  const stepSeconds = (seconds[1] ?? 0) - (seconds[0] ?? 0)
  return seconds.map((second) => {
    const [date = '', time = ''] = clockTime(new Date(second * 1000).toISOString(), zone).split(' ')
    const isDay = stepSeconds >= 86_400 || time.startsWith('00:00')
    return isDay ? date.slice(5) : time.slice(0, stepSeconds < 60 ? 8 : 5)
  })
}

/** Bars of events over time. Its own module, because the chart library is only loaded where a chart is seen. */
export function HistogramChart({ histogram, gaps = NO_GAPS, onZoom }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const { zone } = usePreferences()

  useEffect(() => {
    const element = place.current
    if (!element) return
    const step = histogram.intervalMs / 1000
    const times = histogram.buckets.map((bucket) => Date.parse(bucket.time) / 1000)
    const counts = histogram.buckets.map((bucket) => bucket.count)
    const ink = colorOf(element, 'ink-3')
    const axis = { stroke: ink, font: '11px "Inter Variable"', ticks: { show: false }, gap: 4 }
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height: element.clientHeight,
        legend: { show: false },
        padding: [INSET.top, INSET.right, 0, 0],
        tzDate: (seconds) =>
          zone === 'utc' ? uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC') : new Date(seconds * 1000),
        cursor: { show: false },
        scales: {
          x: { range: () => [times[0] ?? 0, (times.at(-1) ?? 0) + step] },
          y: { range: (_chart, _min, max) => [0, Math.max(1, max * 1.1)] },
        },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: INSET.bottom,
            space: 76,
            values: (_chart, ticks) => tickLabels(ticks, zone),
          },
          {
            ...axis,
            grid: { stroke: colorOf(element, 'line'), width: 1 },
            size: INSET.left,
            space: 18,
            incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6],
          },
        ],
        series: [
          {},
          {
            fill: colorOf(element, 'accent'),
            width: 0,
            points: { show: false },
            paths: uPlot.paths.bars!({ size: [0.8, 40], align: 1, radius: 0.1 }),
          },
        ],
        hooks: {
          drawClear: [(self) => drawGaps(self, gaps, colorOf(element, 'bad'))],
        },
      },
      [times, counts],
      element,
    )
    const resize = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: element.clientHeight }))
    resize.observe(element)
    return () => {
      resize.disconnect()
      chart.destroy()
    }
  }, [histogram, gaps, zone])

  const total = histogram.buckets.reduce((sum, bucket) => sum + bucket.count, 0)
  return (
    <figure
      aria-label={`${total.toLocaleString('en-US')} events over time${gaps.length > 0 ? `, ${gaps.length} gaps` : ''}`}
      className="relative h-full w-full"
    >
      <div ref={place} className="h-full w-full" />
      <HistogramBrush histogram={histogram} onZoom={onZoom} inset={INSET} />
    </figure>
  )
}
