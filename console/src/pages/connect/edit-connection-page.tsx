import type { ChangeConnection, CloudList, Connection, ConnectionUse } from '@cordon/api'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState, type SubmitEvent } from 'react'

import { api } from '#lib/api.ts'
import { asksFor, changeOf, feedFormOf, NEW_APPLICATION } from '#lib/connect-draft.ts'
import { queries } from '#lib/queries.ts'
import { AdministratorsOnly } from '#parts/administrators-only.tsx'
import { Button, buttonClass } from '#parts/button.tsx'
import { Check, Field } from '#parts/field.tsx'
import { Page, PageHeader, Panel } from '#parts/panel.tsx'
import { PendingPage } from '#parts/pending-page.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { ChooseFeeds } from './choose-features.tsx'
import { CredentialFields } from './credential-fields.tsx'
import { blocking, FeedChecks } from './feed-checks.tsx'
import { FeedSettings } from './feed-settings.tsx'

const route = getRouteApi('/frame/connections/$connectionId/edit')

/** Feeds, options and credential of a connection that exists: tried, then saved. */
export function EditConnectionPage() {
  return (
    <AdministratorsOnly title="Edit connection">
      <Find />
    </AdministratorsOnly>
  )
}

function Find() {
  const { connectionId } = route.useParams()
  const connection = useQuery(queries.connection(connectionId))
  const choices = useQuery(queries.clouds())
  if (!connection.data || !choices.data) {
    const { error, refetch } = connection.error ? connection : choices
    return <PendingPage error={error} onRetry={() => void refetch()} />
  }
  return <Edit connection={connection.data} choices={choices.data} />
}

const USES: { use: ConnectionUse; label: string }[] = [
  { use: 'collect', label: 'Collect' },
  { use: 'investigate', label: 'Investigate mail' },
  { use: 'respond', label: 'Respond' },
]

function Edit({ connection, choices }: { connection: Connection; choices: CloudList }) {
  const { id, cloud, settings, secretFeeds } = connection
  const navigate = useNavigate()
  const client = useQueryClient()
  const [name, setName] = useState(connection.name)
  const [feeds, setFeeds] = useState(connection.feeds)
  const [uses, setUses] = useState(settings.uses ?? USES.map(({ use }) => use))
  const [form, setForm] = useState(() => feedFormOf(connection))
  const [credential, setCredential] = useState<typeof NEW_APPLICATION>()
  const chosen = uses.includes('collect') ? feeds : []

  const request = (): ChangeConnection => {
    const { settings: changed, feedSecrets } = changeOf(form, chosen, choices, settings)
    const expires = credential?.credential.kind === 'secret' && {
      secretExpiresAt: credential.secretExpiresOn === '' ? null : `${credential.secretExpiresOn}T23:59:59Z`,
    }
    return {
      name: name.trim(),
      feeds: chosen,
      settings: { ...changed, ...expires, uses: uses.length === USES.length ? null : uses },
      feedSecrets,
      ...(credential && { credential: credential.credential }),
    }
  }
  const check = useMutation({ mutationFn: () => api.checkFeeds(id, request()) })
  const save = useMutation({
    mutationFn: (unchecked: boolean) => api.changeConnection(id, { ...request(), ...(unchecked && { unchecked }) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['connections'] })
      await navigate({ to: '/connections/$connectionId', params: { connectionId: id } })
    },
  })
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const checks = await check.mutateAsync().catch(() => undefined)
    if (checks && blocking(checks).length === 0) save.mutate(false)
  }
  const isBusy = check.isPending || save.isPending
  return (
    <Page>
      <PageHeader
        above={
          <Link to="/connections/$connectionId" params={{ connectionId: id }}>
            {connection.name}
          </Link>
        }
        title="Edit connection"
      />
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <Panel title="Connection">
          <div className="grid gap-4 p-4 md:grid-cols-2">
            <Field
              label="Name"
              required
              maxLength={200}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
            <fieldset className="space-y-1">
              <legend className="text-sm font-medium">What the application is for</legend>
              <div className="flex flex-wrap gap-4 pt-1">
                {USES.map(({ use, label }) => (
                  <Check
                    key={use}
                    label={label}
                    checked={uses.includes(use)}
                    onChange={(isUsed) => setUses(isUsed ? [...uses, use] : uses.filter((each) => each !== use))}
                  />
                ))}
              </div>
            </fieldset>
          </div>
        </Panel>
        <Panel
          title="Credential"
          actions={
            <Button onClick={() => setCredential(credential ? undefined : NEW_APPLICATION)}>
              {credential ? 'Keep the old one' : 'Replace…'}
            </Button>
          }
        >
          <div className="space-y-4 p-4 text-sm text-ink-2">
            {credential ? (
              <CredentialFields
                name="connection"
                {...credential}
                onChange={(changes) => setCredential({ ...credential, ...changes })}
              />
            ) : (
              `The ${connection.credentialKind} stays as it is.`
            )}
          </div>
        </Panel>
        {uses.includes('collect') && <ChooseFeeds {...{ choices, cloud }} chosen={feeds} onChange={setFeeds} />}
        <FeedSettings
          {...{ choices, feeds: chosen, secretFeeds, form }}
          asked={asksFor(
            {
              feeds: chosen,
              actions: [],
              touchesMail: uses.some((use) => use !== 'collect'),
              acts: uses.includes('respond'),
            },
            choices,
          )}
          onChange={setForm}
        />
        <div aria-live="polite" className="space-y-4">
          {check.error && <ProblemBanner error={check.error} />}
          {check.data && <FeedChecks key={check.submittedAt} checks={check.data} />}
          {save.error && <ProblemBanner error={save.error} />}
        </div>
        <footer className="sticky bottom-0 z-10 -mx-4 -mb-4 flex flex-wrap items-center justify-end gap-2 border-t border-line bg-surface px-4 py-3 sm:-mx-6 sm:-mb-6 sm:px-6">
          <Link to="/connections/$connectionId" params={{ connectionId: id }} className={buttonClass()}>
            Cancel
          </Link>
          {check.data && blocking(check.data).length > 0 && (
            <Button disabled={isBusy} onClick={() => save.mutate(true)}>
              Save anyway
            </Button>
          )}
          <Button disabled={isBusy || uses.length === 0} onClick={() => check.mutate()}>
            Check
          </Button>
          <Button type="submit" look="primary" disabled={isBusy || uses.length === 0}>
            {check.isPending ? 'Checking…' : save.isPending ? 'Saving…' : 'Check and save'}
          </Button>
        </footer>
      </form>
    </Page>
  )
}
