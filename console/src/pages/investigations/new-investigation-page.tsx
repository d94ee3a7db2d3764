import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState, type SubmitEvent } from 'react'

import { tenantApi } from '#lib/api.ts'
import { toProblem } from '#lib/http.ts'
import { useDebounced } from '#lib/debounced.ts'
import { NO_PROBLEMS, placeProblems } from '#lib/draft-problems.ts'
import { filterSentences } from '#lib/filter-words.ts'
import { draftFrom, filterOf, nameOf, requestOf, type InvestigationDraft } from '#lib/investigation-draft.ts'
import { queries } from '#lib/queries.ts'
import { Button } from '#parts/button.tsx'
import { Field, Select } from '#parts/field.tsx'
import { Page, PageHeader, Panel } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { DurationPanel } from './duration-panel.tsx'
import { Estimate } from './estimate.tsx'
import { FilterGroup } from './filter-group.tsx'
import { TargetsPanel } from './targets-panel.tsx'

const route = getRouteApi('/frame/tenants/$tenantId/investigations/new')
/** Typing goes on for so long before the server is asked again what it would cost. */
const PAUSE_MS = 400
const ESTIMATE_GOOD_MS = 60_000

/** What to look for, as sentences; where; how long; what it costs; and go. A hunt from a reported mail arrives filled in. */
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
  const asked = requestOf(draft)
  const request = asked && {
    ...asked,
    ...(connections.length > 1 && { connectionId: connectionId || connections[0]!.id }),
  }
  const settled = useDebounced(JSON.stringify(request), PAUSE_MS)
  const estimate = useQuery({
    queryKey: [tenantId, 'estimate', settled],
    queryFn: ({ signal }) => tenantApi(tenantId).estimateInvestigation(JSON.parse(settled!), signal),
    enabled: settled !== undefined,
    placeholderData: keepPreviousData,
    staleTime: ESTIMATE_GOOD_MS,
    retry: false,
  })
  const start = useMutation({
    mutationFn: () =>
      tenantApi(tenantId).createInvestigation({ name: draft.name.trim() || nameOf(filter), ...request! }),
    onSuccess: ({ id }) =>
      navigate({
        to: '/tenants/$tenantId/investigations/$investigationId',
        params: { tenantId, investigationId: id },
      }),
  })
  const refusal = start.error ?? estimate.error
  const problems = refusal ? placeProblems(draft, toProblem(refusal)) : NO_PROBLEMS
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (request) start.mutate()
  }
  return (
    <Page>
      <PageHeader
        above={
          <Link to="/tenants/$tenantId/investigations" params={{ tenantId }}>
            Investigations
          </Link>
        }
        title="New investigation"
      />
      <form
        onSubmit={submit}
        onChange={() => start.error && start.reset()}
        className="grid max-w-6xl items-start gap-4 md:grid-cols-[minmax(0,1fr)_300px]"
      >
        <div className="min-w-0 space-y-4">
          <Panel title="Find messages where">
            <FilterGroup group={draft.where} problems={problems.parts} onChange={(where) => change({ where })} />
            <div className="grid gap-3 border-t border-line px-4 py-3 sm:grid-cols-2">
              <Field
                label="Received not before"
                type="datetime-local"
                step={1}
                value={draft.receivedFrom}
                error={problems.receivedFrom}
                onChange={(event) => change({ receivedFrom: event.target.value })}
              />
              <Field
                label="Received not after"
                type="datetime-local"
                step={1}
                value={draft.receivedTo}
                error={problems.receivedTo}
                onChange={(event) => change({ receivedTo: event.target.value })}
                hint={`Your time zone: ${new Intl.DateTimeFormat().resolvedOptions().timeZone}. Both moments are included.`}
              />
            </div>
          </Panel>
          <TargetsPanel draft={draft} onChange={change} error={problems.targets} />
          <DurationPanel draft={draft} onChange={change} />
          <Panel title="Called">
            <div className="space-y-3 p-4">
              <Field
                label="Name"
                maxLength={200}
                placeholder={nameOf(filter)}
                value={draft.name}
                onChange={(event) => change({ name: event.target.value })}
                hint="How colleagues will find it. Left empty, it is named after its filter."
              />
              {connections.length > 1 && (
                <Select
                  label="Connection"
                  value={connectionId}
                  onChange={(event) => setConnectionId(event.target.value)}
                >
                  {connections.map((connection) => (
                    <option key={connection.id} value={connection.id}>
                      {connection.name}
                    </option>
                  ))}
                </Select>
              )}
            </div>
          </Panel>
        </div>
        <div className="min-w-0 space-y-4 md:sticky md:top-0">
          <Panel title="Estimate">
            <div className="space-y-4 p-4">
              <p className="text-sm break-words text-ink-2" aria-live="polite">
                {request
                  ? `A message is a hit when ${filterSentences(filter, (iso) => new Date(iso).toLocaleString('sv-SE')).join(' and ')}.`
                  : 'Say at least one thing that a message must have to be a hit, and where to look.'}
              </p>
              {!problems.elsewhere && refusal ? (
                <p className="text-sm font-medium text-bad">Correct what is marked to see the estimate.</p>
              ) : (
                !refusal && (
                  <Estimate
                    estimate={estimate.data}
                    isStale={estimate.isFetching || settled !== JSON.stringify(request)}
                    isReady={request !== undefined}
                  />
                )
              )}
              <Button type="submit" look="primary" className="w-full" disabled={!request || start.isPending}>
                {start.isPending ? 'Starting…' : 'Start investigation'}
              </Button>
              <p className="text-xs text-ink-3">Reads only. Nothing is changed in a mailbox.</p>
            </div>
          </Panel>
          {refusal && problems.elsewhere && <ProblemBanner error={refusal} />}
        </div>
      </form>
    </Page>
  )
}
