import type { AuditEntry } from '@cordon/api'
import { useInfiniteQuery, useMutation, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'

import { api } from '#lib/api.ts'
import type { AuditSearch } from '#lib/audit-search.ts'
import { queries } from '#lib/queries.ts'
import { saveFile } from '#lib/save-file.ts'
import { Button } from '#parts/button.tsx'
import { Dialog } from '#parts/dialog.tsx'
import { CompactRow, Empty, Page, PageHeader, SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { type Column, Table } from '#parts/table.tsx'
import { When } from '#parts/when.tsx'

import { AuditFilters } from './audit-filters.tsx'
import { Verification } from './verification.tsx'

const COLUMNS: Column<AuditEntry>[] = [
  { id: 'at', title: 'When', track: '190px', cell: ({ at }) => <When at={at} exact /> },
  { id: 'actor', title: 'Who', track: '140px', cell: ({ actor }) => actor },
  { id: 'action', title: 'What', track: '190px', cell: ({ action }) => action },
  { id: 'origin', title: 'From where', track: '190px', from: 900, cell: (entry) => originOf(entry) },
  { id: 'detail', title: 'Details', track: 'minmax(0,1fr)', from: 700, cell: ({ detail }) => wordsOf(detail) },
]

const originOf = ({ origin }: AuditEntry) =>
  origin ? `${origin.via === 'cli' ? 'command line' : origin.via}, ${origin.address}` : 'Cordon itself'

const wordsOf = (detail: AuditEntry['detail']) =>
  Object.entries(detail)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ')

const compact = ({ actor, action, at }: AuditEntry) => (
  <CompactRow first={`${actor}: ${action}`} second={<When at={at} exact />} />
)

/** Who did what, for administrators: of the whole installation, or of a tenant. */
export function AuditPage() {
  const search: AuditSearch = useSearch({ from: '/frame/audit' })
  const navigate = useNavigate()
  const { user, tenants } = useSuspenseQuery(queries.session()).data
  const own = tenants.filter(({ role }) => role === 'administrator')
  const isOverall = user.role === 'administrator'
  const tenant = search.tenant ?? (isOverall ? undefined : own[0]?.id)
  const shown: AuditSearch = { ...search, ...(tenant !== undefined && { tenant }) }
  const change = (next: AuditSearch) => void navigate({ to: '/audit', search: next, replace: true })
  if (!isOverall && own.length === 0) return <NotYours role={user.role} />
  return (
    <Page>
      <PageHeader title="Audit log" actions={<Actions tenant={tenant} isOverall={isOverall} />} />
      <AuditFilters search={shown} tenants={own} isOverall={isOverall} onChange={change} />
      <Entries search={shown} />
    </Page>
  )
}

function Actions({ tenant, isOverall }: { tenant: string | undefined; isOverall: boolean }) {
  const save = useMutation({ mutationFn: () => api.exportAudit(tenant), onSuccess: saveFile })
  return (
    <>
      {isOverall && <Verification />}
      <Button disabled={save.isPending} onClick={() => save.mutate()}>
        Export
      </Button>
      {save.error && <ProblemBanner error={save.error} />}
    </>
  )
}

function Entries({ search }: { search: AuditSearch }) {
  const [opened, setOpened] = useState<AuditEntry>()
  const { data, error, refetch, fetchNextPage, hasNextPage } = useInfiniteQuery(queries.audit(search))
  const entries = data?.pages.flatMap((page) => page.entries) ?? []
  if (error) return <ProblemBanner error={error} onRetry={() => void refetch()} />
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-surface">
      {data ? (
        <Table
          label="Audit log"
          rows={entries}
          columns={COLUMNS}
          idOf={({ sequence }) => String(sequence)}
          onOpen={setOpened}
          compactHeight={56}
          compact={compact}
          onEnd={() => {
            if (hasNextPage) void fetchNextPage()
          }}
          empty={<Empty title="Nothing here">Nobody did anything that these filters let through.</Empty>}
        />
      ) : (
        <SkeletonRows rows={8} />
      )}
      {opened && <Entry entry={opened} onClose={() => setOpened(undefined)} />}
    </div>
  )
}

function Entry({ entry, onClose }: { entry: AuditEntry; onClose: () => void }) {
  return (
    <Dialog side onClose={onClose} title={`Entry ${entry.sequence}`} description={`${entry.actor}: ${entry.action}`}>
      <pre className="overflow-auto rounded-md bg-sunken p-3 font-mono text-xs break-words whitespace-pre-wrap">
        {JSON.stringify(entry, undefined, 2)}
      </pre>
    </Dialog>
  )
}

function NotYours({ role }: { role: string }) {
  return (
    <Page>
      <PageHeader title="Audit log" />
      <div className="rounded-lg border border-line bg-surface">
        <Empty title="Only administrators read the audit log">
          You are signed in as {role}. Ask an administrator to look for you, or to give you that role.
        </Empty>
      </div>
    </Page>
  )
}
