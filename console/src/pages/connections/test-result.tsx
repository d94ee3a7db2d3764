import type {
  ConnectionTest,
  MailboxVerdict,
  PermissionDrift,
  PermissionVerdict,
  RequirementVerdict,
} from '@cordon/api'
import { CircleCheck, CircleHelp, CircleMinus, CircleX, Hourglass } from 'lucide-react'
import type { ReactNode } from 'react'

import { REQUIREMENT_KINDS } from '#lib/requirement-kinds.ts'
import { useNow } from '#lib/time.ts'
import { count } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { Panel } from '#parts/panel.tsx'
import { When } from '#parts/when.tsx'

import { Features } from './features.tsx'
import { Folded, type Look, Row, tallyOf, type Verdict, worstFirst } from './verdict-rows.tsx'

/**
 * The last test, from what a person wants to do down to the single permission; every red mark has its fix beside it.
 * `children` come between what works and the reasons.
 */
export function TestResult({ test, children }: { test: ConnectionTest; children?: ReactNode }) {
  const { features = [], requirements = [], mailboxes = [], verdicts, drift = [] } = test
  return (
    <>
      <Waiting test={test} />
      {drift.length > 0 && <Drift drift={drift} />}
      {features.length > 0 && <Features features={features} />}
      {children}
      <Group
        title="Permissions"
        testedAt={test.testedAt}
        items={verdicts}
        looks={PERMISSION}
        keyOf={({ feature, resource, permission }) => `${feature} ${resource} ${permission}`}
      >
        {({ permission, resource, feature, why }) => (
          <>
            <span className="block text-xs leading-5 break-words">
              <code className="font-mono font-semibold">{permission}</code>{' '}
              <span className="text-ink-3">{resource}</span>
            </span>
            <span className="block first-letter:uppercase">{feature}</span>
            <span className="block text-xs text-ink-3">{why}</span>
          </>
        )}
      </Group>
      <Group
        title="Roles, licenses and settings"
        items={requirements}
        looks={REQUIREMENT}
        keyOf={({ kind, name }) => `${kind} ${name}`}
      >
        {({ name, kind, neededBy, why }) => (
          <>
            <span className="flex flex-wrap items-center gap-1.5">
              <span className="min-w-0 font-medium break-words">{name}</span>
              <Badge tone="quiet">{REQUIREMENT_KINDS[kind]}</Badge>
            </span>
            <span className="block text-xs text-ink-2">{neededBy.join(', ')}</span>
            <span className="block text-xs text-ink-3">{why}</span>
          </>
        )}
      </Group>
      <Group
        title="Mailboxes"
        items={mailboxes}
        looks={MAILBOX}
        keyOf={({ address, expected }) => `${address} ${expected}`}
      >
        {({ address, expected }) => (
          <>
            <span className="block font-medium break-words">{address}</span>
            <span className="block text-xs text-ink-3">
              {expected === 'reachable' ? 'must open' : 'must stay closed'}
            </span>
          </>
        )}
      </Group>
    </>
  )
}

const PERMISSION: Record<PermissionVerdict['verdict'], Look> = {
  missing: { Icon: CircleX, word: 'Missing', tone: 'bad' },
  unknown: { Icon: CircleHelp, word: 'Unknown', tone: 'warn' },
  'not-granted': { Icon: CircleMinus, word: 'Not granted', tone: 'quiet' },
  granted: { Icon: CircleCheck, word: 'Granted', tone: 'good' },
}
const REQUIREMENT: Record<RequirementVerdict['verdict'], Look> = {
  missing: { Icon: CircleX, word: 'Missing', tone: 'bad' },
  unknown: { Icon: CircleHelp, word: 'Not visible', tone: 'quiet' },
  met: { Icon: CircleCheck, word: 'Met', tone: 'good' },
}
const MAILBOX: Record<MailboxVerdict['verdict'], Look> = {
  otherwise: { Icon: CircleX, word: 'Wrong', tone: 'bad' },
  unknown: { Icon: CircleHelp, word: 'Unknown', tone: 'warn' },
  'as-expected': { Icon: CircleCheck, word: 'As it should be', tone: 'good' },
}
interface GroupProps<Item> {
  title: string
  testedAt?: string
  items: readonly Item[]
  looks: Record<string, Look>
  keyOf: (item: Item) => string
  children: (item: Item) => ReactNode
}

/** What is wrong is in sight; what is well, and what nobody can tell, is folded below it. */
function Group<Item extends Verdict>({ title, testedAt, items, looks, keyOf, children }: GroupProps<Item>) {
  if (items.length === 0) return null
  // One cause for all of it, such as a refused sign-in, is told once, at the features.
  const isOneCause = items.length > 1 && new Set(items.map(({ detail }) => detail)).size === 1
  const isCalm = ({ verdict }: Item) => isOneCause || ['good', 'quiet'].includes(looks[verdict]?.tone ?? '')
  const sorted = worstFirst(items, looks)
  const [calm, loud] = [sorted.filter(isCalm), sorted.filter((item) => !isCalm(item))]
  const rows = (some: readonly Item[]) => (
    <ul className="divide-y divide-line">
      {some.map((item) => (
        <Row key={keyOf(item)} look={looks[item.verdict]!} {...item}>
          {children(item)}
        </Row>
      ))}
    </ul>
  )
  return (
    <Panel
      title={title}
      actions={
        testedAt && (
          <span className="text-xs text-ink-3">
            tested <When at={testedAt} />
          </span>
        )
      }
    >
      {rows(loud)}
      {calm.length > 0 && (
        <Folded summary={`${loud.length > 0 ? 'Then ' : ''}${tallyOf(calm, looks)}`}>{rows(calm)}</Folded>
      )}
    </Panel>
  )
}

/** How often the server looks again while consent spreads. */
const LOOK_MS = 60_000

/** Until when the test looks again by itself; undefined when it has an end. */
export function waitsUntil({ waitsUntil: until }: ConnectionTest, now: number): number | undefined {
  return until !== undefined && Date.parse(until) > now ? Date.parse(until) : undefined
}

function Waiting({ test }: { test: ConnectionTest }) {
  const now = useNow(1000)
  const until = waitsUntil(test, now)
  if (until === undefined) return null
  const isIn = test.verdicts.some(({ verdict }) => verdict !== 'unknown')
  const left = Math.ceil((Date.parse(test.testedAt) + LOOK_MS - now) / 1000)
  return (
    <div className="flex gap-3 rounded-lg border border-accent/40 bg-accent-soft p-3 text-sm">
      <Hourglass aria-hidden className="mt-0.5 size-4 shrink-0 text-accent" />
      <div>
        <p className="font-semibold">
          {isIn ? 'Consent is propagating' : 'Microsoft does not let the application in yet'}
        </p>
        <p className="text-ink-2">
          {isIn
            ? 'Microsoft takes minutes until every server knows what was consented to: what is missing below may only be on its way.'
            : 'A new application, secret or certificate takes minutes until every server of Microsoft knows it.'}{' '}
          <span className="font-medium text-ink">{left > 0 ? `Next look in ${left} s` : 'Looking now'}.</span> Cordon
          looks by itself, you need not stay.
        </p>
      </div>
    </div>
  )
}

function Drift({ drift }: { drift: PermissionDrift[] }) {
  const lost = drift.filter(({ change }) => change === 'lost').length
  return (
    <Panel
      title={`Changed since somebody last tested: ${count(drift.length, 'permission')}`}
      className={lost ? 'border-warn/60' : ''}
    >
      <ul className="divide-y divide-line">
        {drift.map(({ resource, permission, change }) => (
          <li key={`${resource} ${permission}`} className="flex items-center gap-3 px-4 py-2 text-sm">
            <Badge tone={change === 'lost' ? 'bad' : 'busy'}>{change}</Badge>
            <code className="font-mono text-xs font-semibold">{permission}</code>
            <span className="text-ink-3">{resource}</span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
