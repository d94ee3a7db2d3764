import type { AlertDetail } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'

import { applicationsOf } from '#lib/applications.ts'
import { textAt, userOf, usersOf } from '#lib/ecs.ts'
import type { EntityKind } from '#lib/entity-pages.ts'
import { fieldTerm } from '#lib/kql.ts'
import { isPutOff } from '#lib/put-off.ts'
import { queries } from '#lib/queries.ts'
import { count } from '#lib/words.ts'
import { AttackTags } from '#parts/attack-tags.tsx'
import { Severity } from '#parts/badge.tsx'
import { Copy } from '#parts/copy.tsx'
import { EntityLink } from '#parts/entity-link.tsx'
import { Explanation } from '#parts/explanation.tsx'
import { HarmlessWhen } from '#parts/harmless-when.tsx'
import { HuntButton } from '#parts/hunt-button.tsx'
import { Page, PageHeader, Panel } from '#parts/panel.tsx'
import { RespondButton } from '#parts/respond-button.tsx'
import { When } from '#parts/when.tsx'
import { PendingPage } from '#parts/pending-page.tsx'

import { AlertOwner } from './alert-owner.tsx'
import { AlertState } from './alert-state.tsx'
import { AlertStatus } from './alert-status.tsx'
import { VERDICTS } from './verdicts.ts'

const route = getRouteApi('/frame/tenants/$tenantId/alerts/$alertId')

export function AlertPage() {
  const { tenantId, alertId } = route.useParams()
  const { data, error, refetch } = useQuery(queries.alert(tenantId, alertId))
  if (error || data === undefined) return <PendingPage error={error} onRetry={() => void refetch()} />
  const { alert, rule, suggestedFilter } = data
  return (
    <Page>
      <PageHeader
        above={
          <Link to="/tenants/$tenantId/alerts" params={{ tenantId }}>
            Alerts
          </Link>
        }
        title={alert.ruleTitle}
        actions={
          <>
            <AlertOwner tenantId={tenantId} alert={alert} />
            <AlertStatus tenantId={tenantId} alert={alert} />
            {suggestedFilter && (
              <HuntButton tenantId={tenantId} prefill={{ filter: suggestedFilter }} title="Hunt this mail" />
            )}
          </>
        }
      />
      <section className="space-y-2 rounded-lg border border-line bg-surface p-4">
        <p className="text-lg break-words">{alert.sentence}</p>
        <div className="flex flex-wrap items-center gap-2 text-sm text-ink-2">
          <Severity severity={alert.severity} />
          <AlertState alert={alert} />
          {alert.assignee && <span>{alert.assignee} works on it</span>}
          <span>
            {count(alert.eventCount, 'event')}
            {alert.eventCount > 1 && (
              <>
                , first <When at={alert.firstEventAt} />
              </>
            )}
            , {alert.eventCount > 1 && 'last '}
            <When at={alert.lastEventAt} />
          </span>
          <Copy text={alert.id} label="alert ID" />
        </div>
        <Concerned tenantId={tenantId} events={data.events} />
        {alert.suppressedUntil && isPutOff(alert) && (
          <p className="text-sm text-ink-2">
            Out of the queue until <When at={alert.suppressedUntil} exact />; what happens joins it meanwhile.
          </p>
        )}
        {alert.closeReason && (
          <p className="text-sm text-ink-2">
            Closed{alert.verdict && ` as ${VERDICTS[alert.verdict].toLowerCase()}`}: {alert.closeReason}
          </p>
        )}
      </section>
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Evidence tenantId={tenantId} detail={data} />
        {rule ? <RulePanel tenantId={tenantId} rule={rule} detail={data} /> : <Microsofts alert={alert} />}
      </div>
    </Page>
  )
}

/** As many of a kind as one may want to act on from here. */
const MOST = 5

/** Whom and what the alert is about, each with what can be done. */
function Concerned({ tenantId, events }: { tenantId: string; events: AlertDetail['events'] }) {
  const users = [...new Set(events.flatMap(usersOf))].map((target) => ({ target, name: target }))
  const applications = new Map(events.flatMap(applicationsOf).map(({ id, name }) => [id, { target: id, name }]))
  return (
    <>
      <Targets tenantId={tenantId} on="user" label="Users" targets={users} />
      <Targets tenantId={tenantId} on="service-principal" label="Applications" targets={[...applications.values()]} />
    </>
  )
}

interface TargetsProps {
  tenantId: string
  on: EntityKind
  label: string
  targets: readonly { target: string; name: string }[]
}

function Targets({ tenantId, on, label, targets }: TargetsProps) {
  if (targets.length === 0) return null
  return (
    <ul aria-label={label} className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
      {targets.slice(0, MOST).map((each) => (
        <li key={each.target} className="flex min-w-0 items-center gap-1">
          <EntityLink tenantId={tenantId} on={on} {...each} />
          <RespondButton tenantId={tenantId} on={on} {...each} />
        </li>
      ))}
    </ul>
  )
}

function Evidence({ tenantId, detail: { alert, events } }: { tenantId: string; detail: AlertDetail }) {
  const inOrder = events.toReversed()
  return (
    <Panel title={`Evidence: ${count(events.length, 'event')} in order`}>
      <ol className="max-h-[70dvh] overflow-auto">
        {inOrder.map((event) => (
          <li key={event.event.id} className="relative border-b border-line px-4 py-2.5 pl-9 text-sm last:border-0">
            <span aria-hidden className="absolute top-0 bottom-0 left-4 w-px bg-line" />
            <span
              aria-hidden
              className="absolute top-4 left-3 size-2.5 rounded-full border-2 border-accent bg-surface"
            />
            <Link
              to="/tenants/$tenantId/events"
              params={{ tenantId }}
              search={{
                from: new Date(Date.parse(event['@timestamp']) - 3_600_000).toISOString(),
                to: new Date(Date.parse(event['@timestamp']) + 3_600_000).toISOString(),
                q: userOf(event) ? fieldTerm('user.name', textAt(event, 'user.name') || userOf(event)) : '',
                event: event.event.id,
              }}
              className="block break-words hover:underline"
            >
              {event.message}
            </Link>
            <p className="flex flex-wrap gap-x-3 text-xs text-ink-3">
              <When at={event['@timestamp']} exact />
              {userOf(event) && <span>{userOf(event)}</span>}
              {textAt(event, 'source.ip') && <span className="font-mono">{textAt(event, 'source.ip')}</span>}
              {event.event.action && <span>{event.event.action}</span>}
            </p>
          </li>
        ))}
      </ol>
      {alert.eventCount > events.length && (
        <p className="border-t border-line px-4 py-2 text-xs text-ink-3">
          The newest {events.length} of {alert.eventCount} events are shown.
        </p>
      )}
    </Panel>
  )
}

/** An alert that no rule of ours made. */
function Microsofts({ alert }: { alert: AlertDetail['alert'] }) {
  const isMicrosofts = alert.ruleId.startsWith('microsoft:')
  return (
    <Panel title="Why">
      <div className="space-y-3 p-4 text-sm">
        <p>
          {isMicrosofts
            ? 'One of Microsoft’s own products raised this alert. Each of its changes joins it here.'
            : 'The rule that raised it is no longer there.'}
        </p>
        {alert.attack.length > 0 && <AttackTags attack={alert.attack} />}
      </div>
    </Panel>
  )
}

interface RulePanelProps {
  tenantId: string
  rule: NonNullable<AlertDetail['rule']>
  detail: AlertDetail
}

function RulePanel({ tenantId, rule, detail: { alert, events } }: RulePanelProps) {
  const newest = events[0]?.event.id
  return (
    <Panel title="Why: the rule">
      <div className="space-y-3 p-4 text-sm">
        <p className="font-medium">
          <Link
            to="/tenants/$tenantId/rules/$ruleId"
            params={{ tenantId, ruleId: rule.id }}
            className="text-accent hover:underline"
          >
            {rule.title}
          </Link>
        </p>
        <p className="text-ink-2">{rule.description}</p>
        {alert.attack.length > 0 && <AttackTags attack={alert.attack} />}
        <HarmlessWhen cases={rule.falsePositives} />
        {newest !== undefined && (
          <details open>
            <summary className="cursor-pointer rounded text-accent">What the newest event has of it</summary>
            <Explanation tenantId={tenantId} ruleId={rule.id} eventId={newest} />
          </details>
        )}
        <details>
          <summary className="cursor-pointer rounded text-accent">Rule as YAML</summary>
          <pre className="mt-2 max-h-96 overflow-auto rounded-md bg-sunken p-3 font-mono text-xs">{rule.yaml}</pre>
        </details>
        <Copy text={rule.id} label="rule ID" />
      </div>
    </Panel>
  )
}
