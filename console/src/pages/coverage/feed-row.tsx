import { useNavigate } from '@tanstack/react-router'
import { ChevronRight, CircleCheck, CircleDashed, Clock, TriangleAlert } from 'lucide-react'

import type { FeedCoverage } from '#lib/coverage.ts'
import type { CoverageSearch } from '#lib/coverage-search.ts'
import { useNow, duration } from '#lib/time.ts'
import { count, number } from '#lib/words.ts'

import { FeedDetail } from './feed-detail.tsx'
import { Strip } from './strip.tsx'
import type { Standing } from './use-coverage.ts'

export const rowClass =
  'grid items-center gap-x-4 gap-y-1 px-4 sm:grid-cols-[240px_minmax(0,1fr)_76px_76px] lg:grid-cols-[320px_minmax(0,1fr)_84px_84px]'

const STANDING = {
  current: { Icon: CircleCheck, word: 'current', className: 'text-good' },
  behind: { Icon: Clock, word: 'behind', className: 'text-warn' },
  gap: { Icon: TriangleAlert, word: 'has a gap', className: 'text-bad' },
  never: { Icon: CircleDashed, word: 'never read', className: 'text-ink-3' },
}

interface Props {
  tenantId: string
  title: string
  coverage: FeedCoverage
  standing: Standing | undefined
  span: { from: string; to: string }
  search: CoverageSearch
}

/** One feed: how it stands, its windows, how far behind it is; opened, all there is to say about it. */
export function FeedRow({ tenantId, title, coverage, standing, span, search }: Props) {
  const navigate = useNavigate()
  const { connectionId, feed, tally, gaps } = coverage
  const key = `${connectionId} ${feed}`
  const isOpen = search.open === key
  const { Icon, word, className } = STANDING[standing?.state ?? 'never']
  const show = (changes: Pick<CoverageSearch, 'open' | 'at'>) => {
    const { open: _, at: __, ...rest } = search
    void navigate({
      to: '/tenants/$tenantId/coverage',
      params: { tenantId },
      search: { ...rest, ...changes },
      resetScroll: false,
    })
  }
  return (
    <li className={isOpen ? 'bg-sunken/40' : ''}>
      <div className={`${rowClass} py-2 text-sm`}>
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={() => show(isOpen ? {} : { open: key })}
          className="flex min-w-0 items-center gap-2 rounded text-left hover:text-accent max-sm:min-h-9"
        >
          <ChevronRight aria-hidden className={`size-4 shrink-0 text-ink-3 ${isOpen ? 'rotate-90' : ''}`} />
          <Icon aria-label={word} className={`size-4 shrink-0 ${className}`} />
          <span className="min-w-0 truncate font-medium" title={feed}>
            {title}
          </span>
        </button>
        <Strip
          {...{ title, coverage, span }}
          chosen={isOpen ? search.at : undefined}
          onChoose={({ from }) => show(isOpen && search.at === from ? { open: key } : { open: key, at: from })}
        />
        <span className="text-xs sm:contents">
          <span className={`sm:text-right sm:text-sm ${standing?.state === 'current' ? 'text-ink-2' : 'text-warn'}`}>
            <Lag standing={standing} />
          </span>
          <span className="text-ink-2 sm:text-right sm:text-sm">
            <span className="sm:hidden"> · </span>
            {number(tally.kept)}
            <span className="sm:hidden"> kept</span>
          </span>
          {gaps.length > 0 && <span className="text-bad sm:hidden"> · {count(gaps.length, 'gap')}</span>}
        </span>
      </div>
      {isOpen && <FeedDetail {...{ tenantId, coverage, standing, at: search.at, span }} />}
    </li>
  )
}

/** How far what is stored is behind the present. */
function Lag({ standing }: { standing: Standing | undefined }) {
  const now = useNow(1000)
  if (standing?.until === undefined) return 'never read'
  return (
    <>
      {duration(Math.max(0, now - Date.parse(standing.until)))}
      <span className="sm:hidden"> behind</span>
    </>
  )
}
