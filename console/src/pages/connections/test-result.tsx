import type {
  ConnectionTest,
  FeatureVerdict,
  MailboxVerdict,
  PermissionDrift,
  PermissionVerdict,
  RequirementVerdict,
} from '@cordon/api'
import {
  Ban,
  ChevronRight,
  CircleCheck,
  CircleHelp,
  CircleX,
  Hourglass,
  TriangleAlert,
  type LucideIcon,
} from 'lucide-react'
import type { ReactNode } from 'react'

import { REQUIREMENT_KINDS } from '#lib/requirement-kinds.ts'
import { useNow } from '#lib/time.ts'
import { count, type Tone } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { Code } from '#parts/code.tsx'
import { Panel } from '#parts/panel.tsx'
import { When } from '#parts/when.tsx'

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

interface Look {
  Icon: LucideIcon
  word: string
  tone: Tone
}

const PERMISSION: Record<PermissionVerdict['verdict'], Look> = {
  missing: { Icon: CircleX, word: 'Missing', tone: 'bad' },
  unknown: { Icon: CircleHelp, word: 'Unknown', tone: 'warn' },
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
const FEATURE: Record<FeatureVerdict['verdict'], Look> = {
  blocked: { Icon: CircleX, word: 'Blocked', tone: 'bad' },
  limited: { Icon: TriangleAlert, word: 'Limited', tone: 'warn' },
  unknown: { Icon: CircleHelp, word: 'Unknown', tone: 'warn' },
  'not-offered': { Icon: Ban, word: 'Not offered', tone: 'quiet' },
  ready: { Icon: CircleCheck, word: 'Ready', tone: 'good' },
}

const TEXT: Record<Tone, string> = {
  good: 'text-good',
  warn: 'text-warn',
  bad: 'text-bad',
  busy: 'text-accent',
  quiet: 'text-ink-3',
}

/** In the order of the table of looks, which begins with the worst. */
function worstFirst<Item extends { verdict: string }>(items: readonly Item[], looks: Record<string, Look>): Item[] {
  const order = Object.keys(looks)
  return items.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
}

/** "2 missing, 14 granted". */
function tallyOf(items: readonly { verdict: string }[], looks: Record<string, Look>): string {
  return Object.entries(looks)
    .map(([verdict, { word }]) => [items.filter((item) => item.verdict === verdict).length, word] as const)
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${n} ${word.toLowerCase()}`)
    .join(', ')
}

interface Verdict {
  verdict: string
  detail: string
  microsoftCode?: string | undefined
  fix?: string | undefined
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
        <details className="group border-t border-line first:border-0">
          <summary className="flex min-h-10 cursor-pointer list-none items-center gap-2 px-4 text-sm text-ink-2 hover:bg-sunken/60">
            <ChevronRight aria-hidden className="size-4 text-ink-3 group-open:rotate-90" />
            {loud.length > 0 && 'Then '}
            {tallyOf(calm, looks)}
          </summary>
          {rows(calm)}
        </details>
      )}
    </Panel>
  )
}

interface RowProps extends Omit<Verdict, 'verdict'> {
  look: Look
  children: ReactNode
}

function Row({ look: { Icon, word, tone }, detail, microsoftCode, fix, children }: RowProps) {
  return (
    <li className="grid gap-x-6 gap-y-1 px-4 py-2.5 text-sm md:grid-cols-[124px_minmax(0,1fr)_minmax(0,1.2fr)]">
      <span className={`flex items-center gap-1.5 self-start font-medium ${TEXT[tone]}`}>
        <Icon aria-hidden className="size-4 shrink-0" />
        {word}
      </span>
      <span className="min-w-0">{children}</span>
      <span className="min-w-0 break-words text-ink-2">
        {detail}
        {microsoftCode && <Code code={microsoftCode} />}
        {fix && <Fix>{fix}</Fix>}
      </span>
    </li>
  )
}

const Fix = ({ children }: { children: ReactNode }) => (
  <span className="mt-1 block rounded-md bg-warn-soft px-2 py-1.5 text-ink">
    <span className="font-medium">To fix it: </span>
    {children}
  </span>
)

const USES = [
  { use: 'collect', title: 'Collect' },
  { use: 'investigate', title: 'Investigate' },
  { use: 'respond', title: 'Respond' },
] as const

/** What works is a word; what does not is a row of its own with what to do. */
function Features({ features }: { features: FeatureVerdict[] }) {
  return (
    <Panel title="Features" actions={<span className="text-xs text-ink-3">{tallyOf(features, FEATURE)}</span>}>
      <div className="divide-y divide-line">
        {USES.map(({ use, title }) => {
          const own = features.filter((feature) => feature.use === use)
          const ready = own.filter(({ verdict }) => verdict === 'ready')
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
                {ready.length < own.length && (
                  <ul>
                    {causesOf(own).map(([first, ...rest]) => (
                      <Row key={first.id} look={FEATURE[first.verdict]} {...first}>
                        <span className="font-medium">{[first, ...rest].map((each) => each.title).join(', ')}</span>
                      </Row>
                    ))}
                  </ul>
                )}
              </section>
            )
          )
        })}
      </div>
    </Panel>
  )
}

/** Features that do not work, the worst first; those with one cause together. */
function causesOf(features: readonly FeatureVerdict[]): [FeatureVerdict, ...FeatureVerdict[]][] {
  const troubled = worstFirst(features, FEATURE).filter(({ verdict }) => verdict !== 'ready')
  const byCause = Map.groupBy(troubled, ({ verdict, detail, fix }) => `${verdict} ${detail} ${fix}`)
  return [...byCause.values()] as [FeatureVerdict, ...FeatureVerdict[]][]
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
