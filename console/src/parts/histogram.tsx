import { lazy, Suspense, type ComponentProps } from 'react'

import { usePreferences } from '#lib/preferences.ts'

import { Skeleton } from './panel.tsx'

const HistogramChart = lazy(async () => {
  const { HistogramChart: Chart } = await import('./histogram-chart.tsx')
  return { default: Chart }
})

type Props = Omit<ComponentProps<typeof HistogramChart>, 'histogram'> & {
  histogram: ComponentProps<typeof HistogramChart>['histogram'] | undefined
  className: string
}

/** The chart in a box of fixed height, so that nothing moves when it arrives. Another theme is another drawing. */
export function Histogram({ histogram, className, ...rest }: Props) {
  const { theme } = usePreferences()
  const wait = <Skeleton className="h-full w-full" />
  return (
    <div className={className}>
      {histogram === undefined ? (
        wait
      ) : (
        <Suspense fallback={wait}>
          <HistogramChart key={theme} histogram={histogram} {...rest} />
        </Suspense>
      )}
    </div>
  )
}
