import type { Rule } from '@cordon/api'
import { Link } from '@tanstack/react-router'
import { CircleSlash } from 'lucide-react'

import { tacticsOf, TACTICS, techniquesOf } from '#lib/attack.ts'
import { Badge, Severity, SEVERITY_ORDER } from '#parts/badge.tsx'
import { DayBars } from '#parts/day-bars.tsx'
import { CompactRow } from '#parts/panel.tsx'
import type { Column } from '#parts/table.tsx'

import { RuleSwitch } from './rule-switch.tsx'

const opened = ({ noise }: Rule) => noise.days.reduce((sum, count) => sum + count, 0)

export const columnsFor = (tenantId: string, mayChange: boolean): Column<Rule>[] => [
  {
    id: 'level',
    title: 'Level',
    track: '120px',
    cell: (rule) => <Severity severity={rule.level} />,
    sortBy: (rule) => SEVERITY_ORDER.indexOf(rule.level),
  },
  {
    id: 'rule',
    title: 'Rule',
    track: 'minmax(0, 1fr)',
    cell: (rule) => (
      <span className="flex items-center gap-1.5">
        <Link
          to="/tenants/$tenantId/rules/$ruleId"
          params={{ tenantId, ruleId: rule.id }}
          className="truncate font-medium hover:underline"
        >
          {rule.title}
        </Link>
        <Marks rule={rule} />
      </span>
    ),
    sortBy: (rule) => rule.title.toLowerCase(),
  },
  {
    id: 'attack',
    title: 'ATT&CK',
    track: '250px',
    from: 1000,
    cell: (rule) => <span className="truncate text-ink-2">{attackWords(rule.attack)}</span>,
    sortBy: (rule) => attackWords(rule.attack),
  },
  {
    id: 'source',
    title: 'Events',
    track: '150px',
    from: 820,
    cell: (rule) => <span className="truncate text-ink-2">{rule.logsource}</span>,
    sortBy: (rule) => rule.logsource,
  },
  {
    id: 'noise',
    title: 'Alerts, 14 days',
    track: '130px',
    from: 640,
    cell: (rule) => (
      <span className="flex h-5 items-center gap-2">
        <DayBars days={rule.noise.days} label="Alerts a day" />
        {opened(rule) > 0 && <span className="text-ink-2">{opened(rule)}</span>}
      </span>
    ),
    sortBy: opened,
  },
  {
    id: 'false',
    title: 'False',
    track: '60px',
    from: 740,
    cell: (rule) => (rule.noise.closedAsFalse > 0 ? rule.noise.closedAsFalse : ''),
    sortBy: (rule) => rule.noise.closedAsFalse,
  },
  {
    id: 'on',
    title: 'On',
    track: '60px',
    cell: (rule) => (
      <span className="flex h-5 items-center">
        <RuleSwitch tenantId={tenantId} rule={rule} mayChange={mayChange} />
      </span>
    ),
    sortBy: (rule) => Number(rule.isEnabled),
  },
]

/** A row on a phone. */
export const compactFor = (tenantId: string) => (rule: Rule) => (
  <CompactRow
    first={
      <Link to="/tenants/$tenantId/rules/$ruleId" params={{ tenantId, ruleId: rule.id }} className="font-medium">
        {rule.title}
      </Link>
    }
    second={
      <>
        <Severity severity={rule.level} />
        <Badge tone={rule.isEnabled ? 'good' : 'quiet'}>{rule.isEnabled ? 'on' : 'off'}</Badge>
        {rule.neverFires ? (
          <span>can never fire</span>
        ) : (
          opened(rule) > 0 && <DayBars days={rule.noise.days} label="Alerts a day" />
        )}
      </>
    }
  />
)

function Marks({ rule: { neverFires, origin, isChanged, isPart, tunings } }: { rule: Rule }) {
  return (
    <>
      {neverFires && (
        <span title={neverFires} className="inline-flex shrink-0 text-warn">
          <CircleSlash aria-label={`Can never fire: ${neverFires}`} className="size-3.5" />
        </span>
      )}
      {origin === 'imported' && <Badge tone="quiet">imported</Badge>}
      {isChanged && <Badge tone="quiet">changed</Badge>}
      {tunings > 0 && <Badge tone="quiet">tuned</Badge>}
      {isPart && <Badge tone="quiet">part</Badge>}
    </>
  )
}

function attackWords(attack: readonly string[]): string {
  const tactics = tacticsOf(attack)
  const titles = TACTICS.filter(({ id }) => tactics.includes(id)).map(({ title }) => title)
  return [...techniquesOf(attack), ...titles].join(', ')
}
