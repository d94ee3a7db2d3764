import { number } from '#lib/words.ts'

/** Numbers of days as bars; small, and told in words to whoever cannot see them. */
export function DayBars({ days, label, tall = false }: { days: readonly number[]; label: string; tall?: boolean }) {
  const most = Math.max(1, ...days)
  return (
    <span className={`flex items-end gap-px ${tall ? 'h-28 w-full' : 'h-5 w-16'}`}>
      <span className="sr-only">{`${label}: ${days.map(number).join(', ')}`}</span>
      {days.map((count, index) => (
        <span
          aria-hidden
          // A day has no other name than its place.
          // oxlint-disable-next-line react/no-array-index-key
          key={index}
          title={number(count)}
          className={`min-w-0 flex-1 rounded-t-[1px] ${count > 0 ? 'bg-accent' : 'bg-line'}`}
          style={{ height: count > 0 ? `${Math.max(12, (count / most) * 100)}%` : '1px' }}
        />
      ))}
    </span>
  )
}
