import type { CreateInvestigationInput } from '@cordon/api'
import { useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState, type SubmitEvent } from 'react'

import { tenantApi } from '#lib/api.ts'
import { narrows } from '#lib/filter-draft.ts'
import { filterSentences } from '#lib/filter-words.ts'
import { draftFrom, filterOf, nameOf, type InvestigationDraft } from '#lib/investigation-draft.ts'
import { queries } from '#lib/queries.ts'
import { Button } from '#parts/button.tsx'
import { Choice, Field, Select, TextArea } from '#parts/field.tsx'
import { Page, PageHeader, Panel } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { FilterGroup } from './filter-group.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/investigations/new')

/** What to look for, as sentences; where; and go. A hunt from a reported mail arrives here filled in. */
export function NewInvestigationPage() {
  const { tenantId } = route.useParams()
  const prefill = route.useSearch()
  const navigate = useNavigate()
  const [draft, setDraft] = useState<InvestigationDraft>(() => draftFrom(prefill))
  const change = (changes: Partial<InvestigationDraft>) => setDraft((before) => ({ ...before, ...changes }))
  const connections =
    useQuery(queries.connections()).data?.connections.filter((each) => each.tenantId === tenantId) ?? []
  const [connectionId, setConnectionId] = useState('')

  const filter = filterOf(draft)
  const users = draft.users.split(/[\s,;]+/).filter(Boolean)
  const complete = narrows(filter.where)
  const ready = complete && (draft.everyone || users.length > 0)
  const start = useMutation({
    mutationFn: () => {
      const body: CreateInvestigationInput = {
        name: draft.name.trim() || nameOf(filter),
        filter,
        targets: draft.everyone ? { kind: 'all' } : { kind: 'users', users },
        ...(connections.length > 1 && { connectionId: connectionId || connections[0]!.id }),
      }
      return tenantApi(tenantId).createInvestigation(body)
    },
    onSuccess: ({ id }) =>
      navigate({
        to: '/tenants/$tenantId/investigations/$investigationId',
        params: { tenantId, investigationId: id },
      }),
  })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (ready) start.mutate()
  }
  return (
    <Page>
      <PageHeader
        above={
          <Link to="/tenants/$tenantId/investigations" params={{ tenantId }} className="hover:underline">
            Investigations
          </Link>
        }
        title="New investigation"
      />
      <form onSubmit={submit} className="max-w-3xl space-y-4">
        <Panel title="Find messages where">
          <FilterGroup group={draft.where} onChange={(where) => change({ where })} />
          <div className="grid gap-3 border-t border-line px-4 py-3 sm:grid-cols-2">
            <Field
              label="Received not before"
              type="datetime-local"
              step={1}
              value={draft.receivedFrom}
              onChange={(event) => change({ receivedFrom: event.target.value })}
            />
            <Field
              label="Received not after"
              type="datetime-local"
              step={1}
              value={draft.receivedTo}
              onChange={(event) => change({ receivedTo: event.target.value })}
              hint={`Your time zone: ${new Intl.DateTimeFormat().resolvedOptions().timeZone}. Both moments are included.`}
            />
          </div>
          <p className="border-t border-line px-4 py-3 text-sm break-words text-ink-2" aria-live="polite">
            {complete
              ? `A message is a hit when ${filterSentences(filter, (iso) => new Date(iso).toLocaleString('sv-SE')).join(' and ')}.`
              : 'Say at least one thing that a message must have to be a hit.'}
          </p>
        </Panel>
        <Panel title="In">
          <div className="space-y-3 p-4">
            <div role="radiogroup" aria-label="Mailboxes" className="grid gap-2 sm:grid-cols-2">
              <Choice
                name="targets"
                title="All mailboxes"
                detail="Every user of the tenant that has one."
                checked={draft.everyone}
                onChange={() => change({ everyone: true })}
              />
              <Choice
                name="targets"
                title="Named users"
                detail="Only the people listed."
                checked={!draft.everyone}
                onChange={() => change({ everyone: false })}
              />
            </div>
            {!draft.everyone && (
              <TextArea
                label="Users"
                hint="User principal names, one a line."
                rows={4}
                value={draft.users}
                onChange={(event) => change({ users: event.target.value })}
              />
            )}
            {connections.length > 1 && (
              <Select label="Connection" value={connectionId} onChange={(event) => setConnectionId(event.target.value)}>
                {connections.map((connection) => (
                  <option key={connection.id} value={connection.id}>
                    {connection.name}
                  </option>
                ))}
              </Select>
            )}
            <Field
              label="Name"
              maxLength={200}
              placeholder={nameOf(filter)}
              value={draft.name}
              onChange={(event) => change({ name: event.target.value })}
              hint="How colleagues will find it. Left empty, it is named after its filter."
            />
          </div>
        </Panel>
        {start.error && <ProblemBanner error={start.error} />}
        <div className="flex items-center gap-3">
          <Button type="submit" look="primary" disabled={!ready || start.isPending}>
            {start.isPending ? 'Starting…' : 'Start investigation'}
          </Button>
          <p className="text-sm text-ink-3">Reads only. Nothing is changed in a mailbox.</p>
        </div>
      </form>
    </Page>
  )
}
