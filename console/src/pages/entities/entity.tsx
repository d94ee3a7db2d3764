import type { DeviceEntity, ServicePrincipalEntity, UserEntity } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { ENTITY_PAGES, type EntityKind } from '#lib/entity-pages.ts'
import { queries } from '#lib/queries.ts'
import { kindTitle } from '#lib/words.ts'
import { ActionRunTable } from '#parts/action-run-table.tsx'
import { AlertList } from '#parts/alert-list.tsx'
import { Copy } from '#parts/copy.tsx'
import { Empty, Page, PageHeader, Panel, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { RespondButton } from '#parts/respond-button.tsx'
import { When } from '#parts/when.tsx'

interface Props {
  tenantId: string
  on: EntityKind
  entity: UserEntity | DeviceEntity | ServicePrincipalEntity
  title: string
  /** What Microsoft holds of it now. */
  children: ReactNode
}

/** Somebody or something that is acted on: how it stands, what it did, what is said about it, and what was done on it. */
export function Entity({ tenantId, on, entity, title, children }: Props) {
  const { state, unknown, alerts, actionRuns } = entity
  return (
    <Page>
      <PageHeader
        above={kindTitle(on)}
        title={title}
        actions={
          <RespondButton
            look="primary"
            tenantId={tenantId}
            on={on}
            target={state.id}
            name={on === 'service-principal' ? title : state.address}
          />
        }
      />
      <Panel title="Now">
        <dl className="grid grid-cols-2 gap-x-6 gap-y-3 p-4 text-sm md:grid-cols-4">{children}</dl>
        <p className="px-4 pb-3">
          <Copy text={state.id} label={ENTITY_PAGES[on].idLabel} />
        </p>
        {unknown.map(({ what, why }) => (
          <p key={what} className="border-t border-line px-4 py-2 text-sm text-ink-2">
            <span className="font-medium">{what} could not be read: </span>
            {why}
          </p>
        ))}
      </Panel>
      <Panel title="Actions">
        <ActionRunTable
          tenantId={tenantId}
          label="Actions"
          runs={actionRuns}
          empty={<Empty title="Nothing was done yet">“Respond…” plans an action; a plan changes nothing.</Empty>}
        />
      </Panel>
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
        <Panel title="Alerts, last 30 days">
          {alerts.length > 0 ? (
            <AlertList tenantId={tenantId} alerts={alerts} />
          ) : (
            <Empty title="No alerts">An alert with evidence among its events is listed here.</Empty>
          )}
        </Panel>
        <Events tenantId={tenantId} query={entity.query} />
      </div>
    </Page>
  )
}

/** One fact about it. */
export const Fact = ({ title, children }: { title: string; children: ReactNode }) => (
  <div className="min-w-0">
    <dt className="text-xs text-ink-3">{title}</dt>
    <dd className="font-medium break-words">{children}</dd>
  </div>
)

const RANGE = { from: 'now-30d', to: 'now' }

function Events({ tenantId, query }: { tenantId: string; query: string }) {
  const { data, error, refetch } = useQuery(queries.newestEvents(tenantId, query))
  return (
    <Panel
      title="Newest events"
      actions={
        <Link
          to="/tenants/$tenantId/events"
          params={{ tenantId }}
          search={{ ...RANGE, q: query }}
          className="text-sm text-accent hover:underline"
        >
          All events
        </Link>
      }
    >
      {error && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonRows rows={4} />}
      {data?.events.length === 0 && (
        <Empty title="No events in 30 days">What feeds collect about it is listed here.</Empty>
      )}
      <ul className="divide-y divide-line">
        {data?.events.map((event) => (
          <li key={event.event.id}>
            <Link
              to="/tenants/$tenantId/events"
              params={{ tenantId }}
              search={{ ...RANGE, q: query, event: event.event.id }}
              className="block px-4 py-2 text-sm hover:bg-sunken/60"
            >
              <span className="line-clamp-2 break-words">{event.message}</span>
              <span className="text-xs text-ink-3">
                <When at={event['@timestamp']} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
