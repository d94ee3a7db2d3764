import type { FeedCheckList, FeedProblem } from '@cordon/api'
import { CircleCheck, CircleHelp, CircleX, TriangleAlert } from 'lucide-react'
import { useEffect, useRef } from 'react'

import { count } from '#lib/words.ts'
import { Code } from '#parts/code.tsx'
import { Panel } from '#parts/panel.tsx'

type FeedCheck = FeedCheckList['feeds'][number]

/** Problems that saving would be refused for; the others consent or time mends. */
export const blocking = ({ feeds }: FeedCheckList) =>
  feeds.filter(({ problems }) => problems.some(({ passes }) => !passes)).map(({ feed }) => feed)

/** What became of each feed that was tried, the bad news first. */
export function FeedChecks({ checks }: { checks: FeedCheckList }) {
  const bad = blocking(checks).length
  const feeds = checks.feeds
    .filter(({ verdict }) => verdict !== 'untried')
    .toSorted((a, b) => b.problems.length - a.problems.length)
  const untried = Map.groupBy(
    checks.feeds.filter(({ verdict }) => verdict === 'untried'),
    ({ detail }) => detail,
  )
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // What it gives back is a promise in newer browsers, which React would take for a clean-up.
    void place.current?.scrollIntoView({ block: 'start', behavior: 'smooth' })
  }, [])
  return (
    <div ref={place} className="scroll-mt-4">
      <Panel
        title="Check"
        actions={
          <output className={`text-sm font-medium ${bad > 0 ? 'text-bad' : 'text-good'}`}>
            {bad > 0 ? `${count(bad, 'feed')} would not work` : 'nothing speaks against saving'}
          </output>
        }
      >
        <ul className="divide-y divide-line">
          {feeds.map((each) => (
            <Row key={each.feed} check={each} />
          ))}
          {[...untried].map(([detail, own]) => (
            <li key={detail} className={rowClass}>
              <Mark verdict="untried" />
              <span className="font-medium">{own.map(({ title }) => title).join(', ')}</span>
              <span className="text-ink-2">{detail}</span>
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  )
}

const LOOKS = {
  ok: { Icon: CircleCheck, word: 'Works', className: 'text-good' },
  untried: { Icon: CircleHelp, word: 'Not tried', className: 'text-ink-3' },
  waits: { Icon: TriangleAlert, word: 'Not yet', className: 'text-warn' },
  problem: { Icon: CircleX, word: 'Problem', className: 'text-bad' },
}

const rowClass = 'grid gap-x-6 gap-y-1 px-4 py-2.5 text-sm md:grid-cols-[104px_minmax(0,1fr)_minmax(0,1.6fr)]'

function Mark({ verdict }: { verdict: keyof typeof LOOKS }) {
  const { Icon, word, className } = LOOKS[verdict]
  return (
    <span className={`flex items-center gap-1.5 self-start font-medium ${className}`}>
      <Icon aria-hidden className="size-4" />
      {word}
    </span>
  )
}

function Row({ check: { title, verdict, detail, problems } }: { check: FeedCheck }) {
  const waits = verdict === 'problem' && problems.every(({ passes }) => passes)
  return (
    <li className={rowClass}>
      <Mark verdict={waits ? 'waits' : verdict} />
      <span className="font-medium">{title}</span>
      <span className="min-w-0 space-y-2 break-words text-ink-2">
        {problems.length === 0 && detail}
        {problems.map((problem) => (
          <Trouble key={`${problem.code} ${problem.what}`} problem={problem} />
        ))}
      </span>
    </li>
  )
}

function Trouble({ problem: { what, why, fix, microsoftCode } }: { problem: FeedProblem }) {
  return (
    <span role="alert" className="block space-y-1">
      <span className="block font-medium text-ink">{what}</span>
      <span className="block">{why}</span>
      {microsoftCode && <Code code={microsoftCode} />}
      <span className="block rounded-md bg-warn-soft px-2 py-1.5 text-ink">
        <span className="font-medium">To fix it: </span>
        {fix}
      </span>
    </span>
  )
}
