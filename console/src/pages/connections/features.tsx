import type { FeatureVerdict } from '@cordon/api'
import { Ban, CircleCheck, CircleHelp, CircleMinus, CircleX, TriangleAlert } from 'lucide-react'

import { count } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { Panel } from '#parts/panel.tsx'

import { Folded, type Look, Row, tallyOf, worstFirst } from './verdict-rows.tsx'

const FEATURE: Record<FeatureVerdict['verdict'], Look> = {
  blocked: { Icon: CircleX, word: 'Blocked', tone: 'bad' },
  limited: { Icon: TriangleAlert, word: 'Limited', tone: 'warn' },
  unknown: { Icon: CircleHelp, word: 'Unknown', tone: 'warn' },
  'not-granted': { Icon: CircleMinus, word: 'Not granted', tone: 'quiet' },
  'not-offered': { Icon: Ban, word: 'Not offered', tone: 'quiet' },
  ready: { Icon: CircleCheck, word: 'Ready', tone: 'good' },
}

const USES = [
  { use: 'collect', title: 'Collect' },
  { use: 'investigate', title: 'Investigate' },
  { use: 'respond', title: 'Respond' },
] as const

/** What works is a word; what does not is a row of its own with what to do. */
export function Features({ features }: { features: FeatureVerdict[] }) {
  return (
    <Panel title="Features" actions={<span className="text-xs text-ink-3">{tallyOf(features, FEATURE)}</span>}>
      <div className="divide-y divide-line">
        {USES.map(({ use, title }) => {
          const own = features.filter((feature) => feature.use === use)
          const ready = own.filter(({ verdict }) => verdict === 'ready')
          const spared = own.filter(({ verdict }) => verdict === 'not-granted')
          const troubled = own.filter((feature) => ![...ready, ...spared].includes(feature))
          return (
            own.length > 0 && (
              <section key={use} className="space-y-2 py-3">
                <h3 className="px-4 text-xs font-medium text-ink-3">{title}</h3>
                {ready.length > 0 && (
                  <ul className="flex flex-wrap gap-1.5 px-4">
                    {ready.map(({ id, title: name, detail }) => (
                      <li key={id} title={detail}>
                        <Badge tone="good">
                          <CircleCheck aria-hidden className="size-3.5" />
                          {name}
                        </Badge>
                      </li>
                    ))}
                  </ul>
                )}
                {troubled.length > 0 && <Causes features={troubled} />}
                {spared.length > 0 && (
                  <Folded
                    summary={`${count(spared.length, 'action')} not granted, so not offered through this connection`}
                  >
                    <Causes features={spared} />
                  </Folded>
                )}
              </section>
            )
          )
        })}
      </div>
    </Panel>
  )
}

/** The worst first; those with one cause in one row. */
function Causes({ features }: { features: FeatureVerdict[] }) {
  return (
    <ul>
      {causesOf(features).map(([first, ...rest]) => (
        <Row key={first.id} look={FEATURE[first.verdict]} {...first}>
          <span className="font-medium">{[first, ...rest].map((each) => each.title).join(', ')}</span>
        </Row>
      ))}
    </ul>
  )
}

function causesOf(features: readonly FeatureVerdict[]): [FeatureVerdict, ...FeatureVerdict[]][] {
  const troubled = worstFirst(features, FEATURE)
  const byCause = Map.groupBy(troubled, ({ verdict, detail, fix }) => `${verdict} ${detail} ${fix}`)
  return [...byCause.values()] as [FeatureVerdict, ...FeatureVerdict[]][]
}
