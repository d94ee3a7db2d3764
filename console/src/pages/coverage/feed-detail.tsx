import { Link } from '@tanstack/react-router'

import { cellsOf, tallyOf, total, type FeedCoverage, type Tally } from '#lib/coverage.ts'
import { usePreferences } from '#lib/preferences.ts'
import { settingLabel } from '#lib/settings.ts'
import { spanWords } from '#lib/time.ts'
import { count, number } from '#lib/words.ts'
import { When } from '#parts/when.tsx'

import { BackFill } from './back-fill.tsx'
import { LOOK } from './looks.tsx'
import type { Standing } from './use-coverage.ts'

interface Props {
  tenantId: string
  coverage: FeedCoverage
  standing: Standing | undefined
  /** Where the chosen window begins; the whole span when absent. */
  at: string | undefined
  span: { from: string; to: string }
}

/** What became of the records of a feed, in a window or over the whole span; its gaps; and how they are filled. */
export function FeedDetail({ tenantId, coverage, standing, at, span }: Props) {
  const { zone } = usePreferences()
  const { connectionId, feed, windows, gaps, tally } = coverage
  const cell = cellsOf(windows, span).find(({ from }) => from === at)
  const [listed, stored] = (['listed', 'stored'] as const).map((of) =>
    (cell?.windows ?? windows).reduce((sum, window) => sum + window[of], 0),
  )
  return (
    <div className="grid gap-x-8 gap-y-4 px-4 pt-1 pb-4 text-sm sm:pl-10 lg:grid-cols-2">
      <section aria-label="Records" className="min-w-0 space-y-2">
        <h3 className="font-medium">
          {cell ? (
            <>
              {spanWords(cell, zone)}: {LOOK[cell.look].word}
            </>
          ) : (
            'All windows shown'
          )}
        </h3>
        <Counts tally={cell ? tallyOf(cell.windows) : tally} />
        <p className="text-xs text-ink-3">
          {number(stored ?? 0)} of {count(listed ?? 0, 'batch', 'batches')} that Microsoft lists are stored
          {cell?.windows[0] && (
            <>
              ; written down <When at={cell.windows.at(-1)!.updatedAt} />
            </>
          )}
          .{' '}
          <Link
            to="/tenants/$tenantId/events"
            params={{ tenantId }}
            search={{ from: cell?.from ?? span.from, to: cell?.to ?? span.to, q: '' }}
            className="text-accent hover:underline"
          >
            Events of this time
          </Link>
        </p>
      </section>
      <section aria-label="Gaps" className="min-w-0 space-y-2">
        <h3 className="font-medium">{gaps.length === 0 ? 'No gaps' : count(gaps.length, 'gap')}</h3>
        {standing?.reason && standing.state !== 'gap' && <p className="break-words text-warn">{standing.reason}</p>}
        <ul className="max-h-48 space-y-1.5 overflow-auto">
          {gaps.toReversed().map((gap) => (
            <li key={gap.from} className="border-l-2 border-bad pl-2.5">
              <span className="block text-xs text-ink-3">{spanWords(gap, zone)}</span>
              <span className="block break-words">{gap.reason ?? 'No reason was recorded.'}</span>
            </li>
          ))}
        </ul>
        <BackFill
          // Another window is another span to begin with.
          key={cell?.from ?? 'all'}
          {...{ tenantId, connectionId, feed }}
          initial={cell ?? gaps.at(-1) ?? span}
        />
      </section>
    </div>
  )
}

/** Where every record went that Microsoft gave: the lines below add up to the first. */
function Counts({ tally }: { tally: Tally }) {
  const { read, kept, duplicates, late, excluded, dropped, quarantined } = tally
  const parts = [
    { title: 'kept', n: kept, className: 'bg-good-fill' },
    { title: 'duplicates', n: duplicates, className: 'bg-low' },
    { title: 'excluded', n: total(excluded) + total(dropped), className: 'bg-ink-3' },
    { title: 'quarantined', n: total(quarantined), className: 'hatch-bad' },
  ]
  return (
    <>
      <div aria-hidden className="flex h-2.5 overflow-hidden rounded-full bg-sunken">
        {parts.map(({ title, n, className }) => (
          <span key={title} className={className} style={{ width: `${read === 0 ? 0 : (n / read) * 100}%` }} />
        ))}
      </div>
      <dl className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-0.5">
        <Line title="Read from Microsoft" n={read} isSum />
        <Line title="Kept" n={kept} />
        {late > 0 && <Line title="of them late, when the window was complete already" n={late} isPart />}
        <Line title="Duplicates, stored before" n={duplicates} />
        {Object.entries(excluded).map(([setting, n]) => (
          <Line key={setting} title={`Excluded by the setting “${settingLabel(setting)}”`} n={n} />
        ))}
        {Object.entries(dropped).map(([reason, n]) => (
          <Line key={reason} title={`Dropped: ${reason}`} n={n} />
        ))}
        {Object.entries(quarantined).map(([step, n]) => (
          <Line key={step} title={`Quarantined at the step ${step}; kept as they came`} n={n} />
        ))}
      </dl>
    </>
  )
}

function Line({ title, n, isSum, isPart }: { title: string; n: number; isSum?: boolean; isPart?: boolean }) {
  return (
    <>
      <dt className={`${isSum ? 'font-medium' : 'text-ink-2'} ${isPart ? 'pl-4 text-xs leading-5' : ''} break-words`}>
        {title}
      </dt>
      <dd className={`text-right ${isSum ? 'font-medium' : ''} ${isPart ? 'text-xs leading-5 text-ink-2' : ''}`}>
        {number(n)}
      </dd>
    </>
  )
}
