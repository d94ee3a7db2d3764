import type { CloudList, CreateConnection, PermissionPlan } from '@cordon/api'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useState, type ReactNode, type SubmitEvent } from 'react'

import { api } from '#lib/api.ts'
import {
  applicationAt,
  asksFor,
  createRequests,
  forgetDraft,
  keepDraft,
  keptDraft,
  newDraft,
  planRequest,
  type ConnectDraft,
} from '#lib/connect-draft.ts'
import { STEPS } from '#lib/connect-step.ts'
import { queries } from '#lib/queries.ts'
import { count } from '#lib/words.ts'
import { AdministratorsOnly } from '#parts/administrators-only.tsx'
import { Button, buttonClass } from '#parts/button.tsx'
import { Check, Select } from '#parts/field.tsx'
import { Page, PageHeader, Panel, SkeletonRows } from '#parts/panel.tsx'
import { PendingPage } from '#parts/pending-page.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { Applications } from './applications.tsx'
import { ChooseActions, ChooseFeeds } from './choose-features.tsx'
import { blocking, FeedChecks } from './feed-checks.tsx'
import { FeedSettings } from './feed-settings.tsx'
import { Plan } from './plan.tsx'
import { Steps } from './steps.tsx'

/** From what one wants to what it needs, to who proves it, to a connection that was tried before it was kept. */
export function NewConnectionPage() {
  return (
    <AdministratorsOnly title="New connection">
      <Choose />
    </AdministratorsOnly>
  )
}

function Choose() {
  const { data, error, refetch } = useQuery(queries.clouds())
  if (data === undefined) return <PendingPage error={error} onRetry={() => void refetch()} />
  return <NewConnection choices={data} />
}

const route = getRouteApi('/frame/connections/new')

function NewConnection({ choices }: { choices: CloudList }) {
  const { step = 'features' } = route.useSearch()
  const [draft, setDraft] = useState(() => keptDraft() ?? newDraft(choices))
  useEffect(() => keepDraft(draft), [draft])
  const change = (changes: Partial<ConnectDraft>) => setDraft((before) => ({ ...before, ...changes }))
  const plan = useQuery({ ...queries.plan(planRequest(draft)), enabled: step !== 'features' })
  const props = { choices, draft, change }
  return (
    <Page>
      <PageHeader
        above={<Link to="/connections">Connections</Link>}
        title="New connection"
        actions={
          <Link to="/connections/new-exchange" className={buttonClass()}>
            Exchange on premises
          </Link>
        }
      />
      <Steps current={step} />
      {plan.error && step !== 'features' && <ProblemBanner error={plan.error} onRetry={() => void plan.refetch()} />}
      {step === 'features' && <Features {...props} />}
      {step !== 'features' && !plan.data && !plan.error && <SkeletonRows rows={6} />}
      {plan.data && step === 'permissions' && <Permissions {...props} plan={plan.data} />}
      {plan.data && step === 'credentials' && <Credentials {...props} plan={plan.data} />}
      {plan.data && step === 'options' && <Options {...props} plan={plan.data} />}
    </Page>
  )
}

interface StepProps {
  choices: CloudList
  draft: ConnectDraft
  change: (changes: Partial<ConnectDraft>) => void
}

function Features({ choices, draft, change }: StepProps) {
  const { cloud, feeds, investigate, actions } = draft
  const isNothing = feeds.length + actions.length === 0 && !investigate
  return (
    <StepForm summary={isNothing ? 'Choose at least one feature.' : summaryOf(draft)} isBlocked={isNothing}>
      <div className="max-w-md">
        <Select label="Where the tenant is" value={cloud} onChange={({ target }) => change({ cloud: target.value })}>
          {choices.clouds.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </Select>
      </div>
      <Heading title="Collect">Records that Cordon reads all the time. Each feed asks for as little as it can.</Heading>
      <ChooseFeeds {...{ choices, cloud }} chosen={feeds} onChange={(chosen) => change({ feeds: chosen })} />
      <Heading title="Investigate">Looks into mailboxes when a person asks for it.</Heading>
      <Panel title="Mail">
        <div className="p-4">
          <Check
            label="Search mailboxes"
            hint="Finds every copy of a mail and shows it. It changes nothing."
            checked={investigate}
            onChange={(checked) => change({ investigate: checked })}
          />
        </div>
      </Panel>
      <Heading title="Respond">Changes something, always after a plan that a person approves.</Heading>
      <ChooseActions {...{ choices, cloud }} chosen={actions} onChange={(chosen) => change({ actions: chosen })} />
    </StepForm>
  )
}

function summaryOf({ feeds, investigate, actions }: ConnectDraft): string {
  return [
    count(feeds.length, 'feed'),
    investigate && 'mail search',
    actions.length > 0 && count(actions.length, 'action'),
  ]
    .filter(Boolean)
    .join(', ')
}

function Heading({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="pt-2">
      <h2 className="text-base font-semibold">{title}</h2>
      <p className="text-sm text-ink-2">{children}</p>
    </div>
  )
}

function Permissions({ draft, change, plan }: StepProps & { plan: PermissionPlan }) {
  return (
    <StepForm summary="Done in Entra? The next step asks for the IDs.">
      <Panel title="How many app registrations">
        <div className="p-4">
          <Check
            label="One each to collect, to investigate and to respond"
            hint="Whoever steals one credential then has a third of the rights. One for everything is quicker to set up."
            checked={draft.separate}
            onChange={(separate) => change({ separate })}
          />
        </div>
      </Panel>
      <Plan plan={plan} />
    </StepForm>
  )
}

function Credentials({ draft, change, plan }: StepProps & { plan: PermissionPlan }) {
  return (
    <StepForm>
      <Applications draft={draft} onChange={change} registrations={plan.registrations} />
    </StepForm>
  )
}

function Options({ choices, draft, change, plan: { registrations } }: StepProps & { plan: PermissionPlan }) {
  const navigate = useNavigate()
  const client = useQueryClient()
  const requests = () => createRequests(draft, registrations, choices)
  const check = useMutation({
    mutationFn: async (all: CreateConnection[]) => {
      const lists = await Promise.all(all.filter(({ feeds }) => feeds?.length).map((one) => api.checkConnection(one)))
      return { feeds: lists.flatMap((list) => list.feeds) }
    },
  })
  const [made, setMade] = useState<string[]>([])
  const create = useMutation({
    mutationFn: async (unchecked: boolean) => {
      // What an earlier try has made already is not made twice.
      for (const request of requests().slice(made.length)) {
        const { id } = await api.createConnection({ ...request, ...(unchecked && { unchecked }) })
        made.push(id)
      }
      return made
    },
    onSettled: () => setMade([...made]),
    onSuccess: async ([first]) => {
      forgetDraft()
      await client.invalidateQueries({ queryKey: ['connections'] })
      // A first connection brings its tenant into the session.
      await client.refetchQueries({ queryKey: ['session'] })
      await (made.length === 1 && first
        ? navigate({ to: '/connections/$connectionId', params: { connectionId: first } })
        : navigate({ to: '/connections' }))
    },
  })
  const submit = async () => {
    const checks = await check.mutateAsync(requests())
    if (blocking(checks).length === 0) create.mutate(false)
  }
  const isBusy = check.isPending || create.isPending
  const refused = check.data ? blocking(check.data) : []
  return (
    <StepForm
      onSubmit={() => void submit().catch(() => {})}
      submitTitle={check.isPending ? 'Checking…' : create.isPending ? 'Connecting and testing…' : 'Check and connect'}
      isBlocked={isBusy}
      actions={
        <>
          {refused.length > 0 && (
            <Button disabled={isBusy} onClick={() => create.mutate(true)}>
              Connect anyway
            </Button>
          )}
          <Button disabled={isBusy} onClick={() => check.mutate(requests())}>
            Check
          </Button>
        </>
      }
    >
      <FeedSettings
        {...{ choices, feeds: draft.feeds }}
        asked={asksFor({ ...draft, touchesMail: draft.investigate || draft.actions.length > 0 }, choices)}
        form={draft.feedForm}
        onChange={(feedForm) => change({ feedForm })}
      />
      {applicationAt(draft, 0).credential.kind === 'new-certificate' && (
        <p className="text-sm text-ink-2">
          Microsoft does not know Cordon’s certificate yet: what has to be asked there is tried by the test, after the
          upload.
        </p>
      )}
      <div aria-live="polite" className="space-y-4">
        {check.error && <ProblemBanner error={check.error} />}
        {check.data && <FeedChecks key={check.submittedAt} checks={check.data} />}
        {create.error && <ProblemBanner error={create.error} />}
      </div>
    </StepForm>
  )
}

interface StepFormProps {
  summary?: string
  submitTitle?: string
  isBlocked?: boolean
  /** What the last step does; the others go on to the next. */
  onSubmit?: () => void
  actions?: ReactNode
  children: ReactNode
}

/** One step with its buttons, which stay in sight. */
function StepForm({
  summary,
  submitTitle = 'Continue',
  isBlocked = false,
  onSubmit,
  actions,
  children,
}: StepFormProps) {
  const { step = 'features' } = route.useSearch()
  const navigate = useNavigate()
  const before = STEPS[STEPS.indexOf(step) - 1]
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const next = STEPS[STEPS.indexOf(step) + 1]
    if (onSubmit) onSubmit()
    else if (next) void navigate({ to: '/connections/new', search: { step: next } })
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {children}
      <footer className="sticky bottom-0 z-10 -mx-4 -mb-4 flex flex-wrap items-center gap-2 border-t border-line bg-surface px-4 py-3 sm:-mx-6 sm:-mb-6 sm:px-6">
        {before && (
          <Link to="/connections/new" search={{ step: before }} className={buttonClass()}>
            Back
          </Link>
        )}
        <span className="min-w-0 flex-1 truncate text-sm text-ink-2">{summary}</span>
        {actions}
        <Button type="submit" look="primary" disabled={isBlocked}>
          {submitTitle}
        </Button>
      </footer>
    </form>
  )
}
