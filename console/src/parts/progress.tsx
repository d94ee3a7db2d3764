import type { Progress } from '#lib/progress.ts'
import { duration } from '#lib/time.ts'

/** A thin bar; its value is read out. */
export function ProgressBar({ fraction, label }: { fraction: number; label: string }) {
  const percent = Math.round(fraction * 100)
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      className="h-1.5 w-full overflow-hidden rounded-full bg-sunken"
    >
      <div className="h-full rounded-full bg-accent-fill transition-[width]" style={{ width: `${percent}%` }} />
    </div>
  )
}

/** The ring of a long run with its percentage inside. */
export function ProgressRing({ fraction, label }: { fraction: number; label: string }) {
  const percent = Math.round(fraction * 100)
  const around = 2 * Math.PI * 42
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      className="relative size-24 shrink-0"
    >
      <svg viewBox="0 0 100 100" className="size-full -rotate-90" aria-hidden>
        <circle cx="50" cy="50" r="42" fill="none" strokeWidth="9" className="stroke-sunken" />
        <circle
          cx="50"
          cy="50"
          r="42"
          fill="none"
          strokeWidth="9"
          strokeLinecap={percent === 0 ? 'butt' : 'round'}
          strokeDasharray={`${around * fraction} ${around}`}
          className="stroke-accent transition-[stroke-dasharray]"
        />
      </svg>
      <span className="absolute inset-0 flex items-center justify-center text-lg font-semibold">{percent}%</span>
    </div>
  )
}

/** "3.2 mailboxes/s · 40 s left" */
export function Pace({ progress, noun }: { progress: Progress; noun: string }) {
  const { ratePerSecond, remainingMs } = progress
  if (ratePerSecond === undefined || remainingMs === undefined) return <>estimating…</>
  const rate =
    ratePerSecond >= 1 ? `${ratePerSecond.toFixed(1)} ${noun}/s` : `${(ratePerSecond * 60).toFixed(1)} ${noun}/min`
  return (
    <>
      {rate} · {duration(remainingMs)} left
    </>
  )
}
