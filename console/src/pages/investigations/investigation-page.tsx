import { useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Tabs } from 'radix-ui'

import { tenantApi } from '#lib/api.ts'
import { filterSentences } from '#lib/filter-words.ts'
import { usePreferences } from '#lib/preferences.ts'
import { queries } from '#lib/queries.ts'
import { clockTime } from '#lib/time.ts'
import { INVESTIGATION_STATE, isActive, number, targetSentence } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { Button } from '#parts/button.tsx'
import { Page, PageHeader } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { TabList } from '#parts/tabs.tsx'
import { When } from '#parts/when.tsx'
import { PendingPage } from '#parts/pending-page.tsx'

import { ActionRuns } from './action-runs.tsx'
import { Hits } from './hits.tsx'
import { Mailboxes } from './mailboxes.tsx'
import { RunProgress } from './run-progress.tsx'

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
    refetchInterval: ({ state }) => (state.data && isActive(state.data.state) ? WATCH_MS : false),
  })
  const stop = useMutation({
    mutationFn: () => tenantApi(tenantId).stopInvestigation(investigationId),
    onSuccess: () => refetch(),
  })
  if (error || data === undefined) return <PendingPage error={error} onRetry={() => void refetch()} />
  const { word, tone } = INVESTIGATION_STATE[data.state]
  const running = isActive(data.state)
  return (
    <Page>
      <PageHeader
        above={
          <Link to="/tenants/$tenantId/investigations" params={{ tenantId }} className="hover:underline">
            Investigations
          </Link>
        }
        title={data.name}
        actions={
          <>
            <Badge tone={tone}>{word}</Badge>
            {running && (
              <Button onClick={() => stop.mutate()} disabled={data.state === 'stopping' || stop.isPending}>
                {data.state === 'stopping' ? 'Stopping…' : 'Stop'}
              </Button>
            )}
          </>
        }
      />
      <p className="-mt-3 text-sm break-words text-ink-2">
        {filterSentences(data.filter, (iso) => clockTime(iso, zone)).join(' and ')} · in {targetSentence(data.targets)}{' '}
        · by {data.createdBy} <When at={data.createdAt} />
      </p>
      {data.failure && (
        <div role="alert" className="rounded-lg border border-bad/40 bg-bad-soft p-3 text-sm">
          <span className="font-semibold">The investigation failed. </span>
          {data.failure}
        </div>
      )}
      {stop.error && <ProblemBanner error={stop.error} />}
      <RunProgress investigation={data} />
      <Tabs.Root
        value={tab ?? 'hits'}
        onValueChange={(value) =>
          void navigate({ replace: true, search: value === 'mailboxes' || value === 'actions' ? { tab: value } : {} })
        }
        className="rounded-lg border border-line bg-surface"
      >
        <TabList
          label="Investigation views"
          tabs={[
            { value: 'hits', title: `Hits (${number(data.hits)})` },
            { value: 'mailboxes', title: `Mailboxes (${number(data.mailboxesTotal)})` },
            { value: 'actions', title: 'Actions' },
          ]}
        />
        <Tabs.Content value="hits">
          <Hits tenantId={tenantId} investigation={data} running={running} />
        </Tabs.Content>
        <Tabs.Content value="mailboxes">
          <Mailboxes tenantId={tenantId} investigationId={investigationId} />
        </Tabs.Content>
        <Tabs.Content value="actions">
          <ActionRuns tenantId={tenantId} investigationId={investigationId} />
        </Tabs.Content>
      </Tabs.Root>
    </Page>
  )
}
