import type { Connection } from '@cordon/api'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { api } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { useUser } from '#lib/rights.ts'
import { count } from '#lib/words.ts'
import { ChangedByAdministrators } from '#parts/administrators-only.tsx'
import { Button, buttonClass } from '#parts/button.tsx'
import { ConnectionWarnings } from '#parts/connection-warnings.tsx'
import { Copy } from '#parts/copy.tsx'
import { Empty, Page, PageHeader, Panel } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { TestBadge } from '#parts/test-badge.tsx'
import { PendingPage } from '#parts/pending-page.tsx'

import { Certificates } from './certificates.tsx'
import { ConnectionCoverage } from './connection-coverage.tsx'
import { RemoveConnection } from './remove-connection.tsx'
import { TestResult, waitsUntil } from './test-result.tsx'

const route = getRouteApi('/frame/connections/$connectionId')

export function ConnectionPage() {
  const { connectionId } = route.useParams()
  const client = useQueryClient()
  const mayChange = useUser().reaches('administrator')
  const { data, error, refetch } = useQuery({
    ...queries.connection(connectionId),
    // The server looks again by itself while consent spreads, or when it finds that something drifted.
    refetchInterval: ({ state }) =>
      state.data?.lastTest && waitsUntil(state.data.lastTest, Date.now()) ? 5000 : 60_000,
  })
  const test = useMutation({
    mutationFn: () => api.testConnection(connectionId),
    onSuccess: () => client.invalidateQueries({ queryKey: ['connections'] }),
  })
  if (error || data === undefined) return <PendingPage error={error} onRetry={() => void refetch()} />
  const coverage = data.feeds.length > 0 && <ConnectionCoverage tenantId={data.tenantId} connectionId={connectionId} />
  return (
    <Page>
      <PageHeader
        above={<Link to="/connections">Connections</Link>}
        title={data.name}
        actions={
          <>
            <TestBadge test={data.lastTest} />
            {!mayChange && <ChangedByAdministrators />}
            {mayChange && (
              <Button look="primary" disabled={test.isPending} onClick={() => test.mutate()}>
                {test.isPending ? 'Testing…' : 'Test again'}
              </Button>
            )}
            {mayChange && !data.exchange && (
              <Link to="/connections/$connectionId/edit" params={{ connectionId }} className={buttonClass()}>
                Edit
              </Link>
            )}
            {mayChange && <RemoveConnection connection={data} />}
          </>
        }
      />
      {test.error && <ProblemBanner error={test.error} />}
      <ConnectionWarnings warnings={data.warnings} />
      <Certificates connection={data} />
      <Facts connection={data} />
      {data.lastTest ? (
        <TestResult test={data.lastTest}>{coverage}</TestResult>
      ) : (
        <Panel title="Test">
          <Empty title="Not tested yet">The test asks Microsoft for each permission and says what is missing.</Empty>
        </Panel>
      )}
      {!data.lastTest && coverage}
    </Page>
  )
}

function Facts({ connection }: { connection: Connection }) {
  const { settings } = connection
  return (
    <dl className="grid gap-x-6 gap-y-3 rounded-lg border border-line bg-surface p-4 text-sm sm:grid-cols-2 lg:grid-cols-[minmax(0,1.3fr)_minmax(0,1.3fr)_minmax(0,0.7fr)_minmax(0,1fr)]">
      <Fact title="Tenant">
        {connection.tenantName}
        <Copy text={connection.tenantId} label="directory (tenant) ID" />
      </Fact>
      {connection.exchange ? (
        <ExchangeFacts user={connection.clientId} exchange={connection.exchange} />
      ) : (
        <>
          <Fact title="Application (client) ID">
            <Copy text={connection.clientId} label="application (client) ID" />
          </Fact>
          <Fact title="Cloud and credential">
            {connection.cloud}, {connection.credentialKind}
          </Fact>
          <Fact title="For">
            {(settings.uses ?? ['everything']).join(', ')}; {count(connection.feeds.length, 'feed')}
            {settings.organization && <span className="text-xs text-ink-3">{settings.organization}</span>}
          </Fact>
        </>
      )}
    </dl>
  )
}

/** The directory of a server on premises is not asked: its mailboxes are those that it lists, or that an investigation names. */
function ExchangeFacts({ user, exchange }: { user: string; exchange: NonNullable<Connection['exchange']> }) {
  const { url, mailboxes } = exchange
  return (
    <>
      <Fact title="Exchange Web Services">
        <Copy text={url} label="address" />
      </Fact>
      <Fact title="Service account">{user}</Fact>
      <Fact title="Mailboxes">
        {mailboxes.length === 0
          ? 'none listed: investigations name theirs'
          : count(mailboxes.length, 'mailbox', 'mailboxes')}
      </Fact>
    </>
  )
}

function Fact({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-ink-3">{title}</dt>
      <dd className="flex flex-col break-words">{children}</dd>
    </div>
  )
}
