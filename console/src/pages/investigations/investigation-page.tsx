import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Tabs } from 'radix-ui'

import { filterSentences } from '#lib/filter-words.ts'
import { parseInvestigationSearch } from '#lib/investigation-search.ts'
import { usePreferences } from '#lib/preferences.ts'
import { queries } from '#lib/queries.ts'
import { clockTime } from '#lib/time.ts'
import { INVESTIGATION_STATE, isActive, number, targetSentence } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { Page, PageHeader } from '#parts/panel.tsx'
import { TabList } from '#parts/tabs.tsx'
import { When } from '#parts/when.tsx'
import { PendingPage } from '#parts/pending-page.tsx'

import { ActionRuns } from './action-runs.tsx'
import { ExportMenu } from './export-menu.tsx'
import { Finding } from './finding.tsx'
import { Hits } from './hits.tsx'
import { Mailboxes } from './mailboxes.tsx'
import { People } from './people.tsx'
import { RunProgress } from './run-progress.tsx'
import { SteerButtons } from './steer-buttons.tsx'
import { Timeline } from './timeline.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/investigations/$investigationId')
/** The stream tells of changes; this is for the moments in which it is down. */
const WATCH_MS = 3000

export function InvestigationPage() {
  const { tenantId, investigationId } = route.useParams()
  const { tab } = route.useSearch()
  const navigate = route.useNavigate()
  const { zone } = usePreferences()
  const { data, error, refetch } = useQuery({
    ...queries.investigation(tenantId, investigationId),
    refetchInterval: ({ state: { data: seen } }) =>
      seen && (isActive(seen.state) || seen.followUp?.state === 'running') ? WATCH_MS : false,
  })
  if (error || data === undefined) return <PendingPage error={error} onRetry={() => void refetch()} />
  const { word, tone } = INVESTIGATION_STATE[data.state]
  return (
    <Page>
      <PageHeader
        above={
          <Link to="/tenants/$tenantId/investigations" params={{ tenantId }}>
            Investigations
          </Link>
        }
        title={data.name}
        actions={
          <>
            <Badge tone={tone}>{word}</Badge>
            <ExportMenu tenantId={tenantId} investigationId={investigationId} />
            <SteerButtons tenantId={tenantId} investigation={data} />
          </>
        }
      />
      <div className="-mt-3 space-y-1">
        <p className="text-sm break-words text-ink-2">
          {filterSentences(data.filter, (iso) => clockTime(iso, zone)).join(' and ')} · in{' '}
          {targetSentence(data.targets)} · by {data.createdBy} <When at={data.createdAt} />
        </p>
        <Finding investigation={data} />
      </div>
      {data.failure && (
        <div role="alert" className="rounded-lg border border-bad/40 bg-bad-soft p-3 text-sm">
          <span className="font-semibold">The investigation failed. </span>
          {data.failure}
        </div>
      )}
      <RunProgress tenantId={tenantId} investigation={data} />
      <Tabs.Root
        value={tab ?? 'hits'}
        onValueChange={(value) => void navigate({ replace: true, search: parseInvestigationSearch({ tab: value }) })}
        className="rounded-lg border border-line bg-surface"
      >
        <TabList
          label="Investigation views"
          tabs={[
            { value: 'hits', title: `Hits (${number(data.hits)})` },
            { value: 'mailboxes', title: `Mailboxes (${number(data.mailboxesTotal)})` },
            { value: 'people', title: 'People' },
            { value: 'actions', title: 'Actions' },
            { value: 'timeline', title: 'Timeline' },
          ]}
        />
        <Tabs.Content value="hits">
          <Hits tenantId={tenantId} investigation={data} />
        </Tabs.Content>
        <Tabs.Content value="mailboxes">
          <Mailboxes tenantId={tenantId} investigationId={investigationId} />
        </Tabs.Content>
        <Tabs.Content value="people">
          <People tenantId={tenantId} investigation={data} />
        </Tabs.Content>
        <Tabs.Content value="actions">
          <ActionRuns tenantId={tenantId} investigationId={investigationId} />
        </Tabs.Content>
        <Tabs.Content value="timeline">
          <Timeline tenantId={tenantId} investigation={data} />
        </Tabs.Content>
      </Tabs.Root>
    </Page>
  )
}
