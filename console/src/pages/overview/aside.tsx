import type { Investigation, Overview } from '@cordon/api'
import { Link } from '@tanstack/react-router'

import { count, INVESTIGATION_STATE, number } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { buttonClass } from '#parts/button.tsx'
import { Empty, Panel, SkeletonRows } from '#parts/panel.tsx'
import { ProgressBar } from '#parts/progress.tsx'
import { TestBadge } from '#parts/test-badge.tsx'
import { When } from '#parts/when.tsx'

export function RunningInvestigations(props: { tenantId: string; investigations: Investigation[] | undefined }) {
  const { tenantId, investigations } = props
  return (
    <Panel title="Investigations">
      {investigations === undefined ? (
        <SkeletonRows rows={2} />
      ) : investigations.length === 0 ? (
        <Empty
          title="No investigations yet"
          action={
            <Link
              to="/tenants/$tenantId/investigations/new"
              params={{ tenantId }}
              search={{}}
              className={buttonClass()}
            >
              New investigation
            </Link>
          }
        >
          An investigation looks for a mail in every mailbox and can then remove it.
        </Empty>
      ) : (
        <ul className="divide-y divide-line">
          {investigations.slice(0, 6).map((investigation) => (
            <InvestigationRow key={investigation.id} {...{ tenantId, investigation }} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

function InvestigationRow({ tenantId, investigation }: { tenantId: string; investigation: Investigation }) {
  const { id, name, state, mailboxesDone, mailboxesTotal, hits } = investigation
  const { word, tone } = INVESTIGATION_STATE[state]
  return (
    <li>
      <Link
        to="/tenants/$tenantId/investigations/$investigationId"
        params={{ tenantId, investigationId: id }}
        className="block space-y-1.5 px-4 py-2 text-sm hover:bg-sunken/60"
      >
        <span className="flex items-center gap-2">
          <span className="min-w-0 flex-1 truncate font-medium">{name}</span>
          <Badge tone={tone}>{word}</Badge>
        </span>
        {state === 'running' && (
          <ProgressBar fraction={mailboxesDone / Math.max(1, mailboxesTotal)} label={`Progress of ${name}`} />
        )}
        <span className="block text-xs text-ink-3">
          {count(hits, 'hit')} · {number(mailboxesDone)} of {count(mailboxesTotal, 'mailbox', 'mailboxes')}
        </span>
      </Link>
    </li>
  )
}

export function ConnectionHealth({ connections }: { connections: Overview['connections'] | undefined }) {
  return (
    <Panel title="Connection health">
      {connections === undefined ? (
        <SkeletonRows rows={1} />
      ) : (
        <ul className="divide-y divide-line">
          {connections.map((connection) => (
            <li key={connection.id}>
              <Link
                to="/connections/$connectionId"
                params={{ connectionId: connection.id }}
                className="flex items-center gap-2 px-4 py-2 text-sm hover:bg-sunken/60"
              >
                <span className="min-w-0 flex-1 truncate font-medium">{connection.name}</span>
                {connection.lastTest && (
                  <span className="text-xs text-ink-3">
                    <When at={connection.lastTest.testedAt} />
                  </span>
                )}
                <TestBadge test={connection.lastTest} />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
