import { lazy, Suspense, type ComponentProps } from 'react'

import { Skeleton } from './panel.tsx'

const HistogramChart = lazy(async () => {
  const { HistogramChart: Chart } = await import('./histogram-chart.tsx')
  return { default: Chart }
})

type Props = Omit<ComponentProps<typeof HistogramChart>, 'histogram'> & {
  histogram: ComponentProps<typeof HistogramChart>['histogram'] | undefined
  className: string
}

/** The chart in a box of fixed height, so that nothing moves when it arrives. */
export function Histogram({ histogram, className, ...rest }: Props) {
  const wait = <Skeleton className="h-full w-full" />
  return (
    <div className={className}>
      {histogram === undefined ? (
        wait
      ) : (
        <Suspense fallback={wait}>{<HistogramChart histogram={histogram} {...rest} />}</Suspense>
      )}
    </div>
  )
}
