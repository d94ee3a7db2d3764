import type { CreateExchangeConnection } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState, type SubmitEvent } from 'react'

import { api } from '#lib/api.ts'
import { toProblem } from '#lib/http.ts'
import { AdministratorsOnly } from '#parts/administrators-only.tsx'
import { Button } from '#parts/button.tsx'
import { Field, ListField } from '#parts/field.tsx'
import { Page, PageHeader, Panel } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { PemField } from './pem-field.tsx'

const EMPTY = { name: '', directoryId: '', url: '', user: '', password: '', ca: '', mailboxes: [] as string[] }

/** A company's own Exchange server: no app registration, but a service account that may open every mailbox. */
export function NewExchangePage() {
  return (
    <AdministratorsOnly title="Exchange on premises">
      <NewExchange />
    </AdministratorsOnly>
  )
}

function NewExchange() {
  const navigate = useNavigate()
  const client = useQueryClient()
  const [form, setForm] = useState(EMPTY)
  const change = (changes: Partial<typeof form>) => setForm((before) => ({ ...before, ...changes }))
  const create = useMutation({
    mutationFn: (body: CreateExchangeConnection) => api.createExchangeConnection(body),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['connections'] })
      await client.refetchQueries({ queryKey: ['session'] })
      await navigate({ to: '/connections/$connectionId', params: { connectionId: id } })
    },
  })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const { name, directoryId, url, user, password, ca, mailboxes } = form
    const [trimmedName, trimmedId, trimmedUrl, trimmedUser] = [name, directoryId, url, user].map((text) => text.trim())
    create.mutate({
      name: trimmedName!,
      directoryId: trimmedId!,
      url: trimmedUrl!,
      user: trimmedUser!,
      password,
      mailboxes,
      ...(ca !== '' && { ca }),
    })
  }
  const faultOf = (path: string) =>
    create.error
      ? toProblem(create.error).problems?.find((problem) => problem.path === `body.${path}`)?.message
      : undefined
  const text = (name: Exclude<keyof typeof EMPTY, 'mailboxes'>) => ({
    required: true,
    spellCheck: false,
    value: form[name],
    onChange: ({ target }: { target: { value: string } }) => change({ [name]: target.value }),
    error: faultOf(name),
  })
  return (
    <Page>
      <PageHeader above={<Link to="/connections">Connections</Link>} title="Exchange server on premises" />
      <form onSubmit={submit} className="max-w-3xl space-y-4">
        <Panel title="Server">
          <div className="grid gap-4 p-4 md:grid-cols-2">
            <Field label="Name" placeholder="Contoso, Exchange 2019" maxLength={200} {...text('name')} />
            <Field
              label="Directory (tenant) ID"
              className="font-mono"
              hint="Of the company whose server it is: what is found belongs to that tenant."
              {...text('directoryId')}
            />
            <div className="md:col-span-2">
              <Field
                label="Address of Exchange Web Services"
                type="url"
                placeholder="https://mail.contoso.example/EWS/Exchange.asmx"
                hint="In the Exchange Management Shell: Get-WebServicesVirtualDirectory | Format-List InternalUrl"
                {...text('url')}
              />
            </div>
          </div>
        </Panel>
        <Panel title="Service account">
          <div className="grid gap-4 p-4 md:grid-cols-2">
            <Field
              label="User"
              placeholder="CONTOSO\cordon"
              autoComplete="off"
              hint="DOMAIN\name or name@domain, with the role ApplicationImpersonation."
              {...text('user')}
            />
            <Field
              label="Password"
              type="password"
              autoComplete="off"
              hint="It is sealed with the key of this installation and never shown again."
              {...text('password')}
            />
          </div>
        </Panel>
        <Panel title="Mailboxes">
          <div className="p-4">
            <ListField
              label="Addresses"
              hint="Primary SMTP addresses. The directory of a server on premises is not asked; without any, an investigation names its mailboxes itself."
              placeholder="person@contoso.example"
              texts={form.mailboxes}
              onChange={(mailboxes) => change({ mailboxes })}
              error={faultOf('mailboxes')}
            />
          </div>
        </Panel>
        <Panel title="Trust">
          <div className="space-y-2 p-4">
            <p className="text-sm text-ink-2">
              Only where the server’s certificate comes from an authority of your own; this machine’s authorities
              otherwise.
            </p>
            <PemField
              label="Certificate authority (PEM)"
              begins="-----BEGIN CERTIFICATE-----"
              isOptional
              value={form.ca}
              onChange={(ca) => change({ ca })}
            />
          </div>
        </Panel>
        {create.error && <ProblemBanner error={create.error} />}
        <Button type="submit" look="primary" disabled={create.isPending}>
          {create.isPending ? 'Adding and testing…' : 'Add and test'}
        </Button>
      </form>
    </Page>
  )
}
