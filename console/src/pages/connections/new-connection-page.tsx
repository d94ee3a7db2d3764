import type { CreateConnection, CredentialInput } from '@cordon/api'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState, type SubmitEvent } from 'react'

import { api, toProblem } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { Button } from '#parts/button.tsx'
import { Choice, Field, Select } from '#parts/field.tsx'
import { Page, PageHeader, Panel } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { PemField } from './pem-field.tsx'

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A connection is one app registration in one tenant: what it is, and how it proves itself. */
export function NewConnectionPage() {
  const navigate = useNavigate()
  const client = useQueryClient()
  const clouds = useQuery(queries.clouds())
  const [form, setForm] = useState({ name: '', cloud: '', directoryId: '', clientId: '' })
  const [credential, setCredential] = useState<CredentialInput>({ kind: 'secret', secret: '' })
  const change = (changes: Partial<typeof form>) => setForm((before) => ({ ...before, ...changes }))
  const cloud = form.cloud || (clouds.data?.clouds[0]?.name ?? '')

  const create = useMutation({
    mutationFn: (body: CreateConnection) => api.createConnection(body),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['connections'] })
      // A first connection brings its tenant into the session.
      await client.refetchQueries({ queryKey: ['session'] })
      await navigate({ to: '/connections/$connectionId', params: { connectionId: id } })
    },
  })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const { name, directoryId, clientId } = form
    create.mutate({ name: name.trim(), cloud, directoryId: directoryId.trim(), clientId: clientId.trim(), credential })
  }
  const faultOf = (path: string) =>
    create.error
      ? toProblem(create.error).problems?.find((problem) => problem.path === `body.${path}`)?.message
      : undefined
  const guidFault = (value: string) =>
    value.trim() === '' || GUID.test(value.trim())
      ? undefined
      : 'This is not a GUID such as 8d3f5c1e-…: copy it from Entra.'

  return (
    <Page>
      <PageHeader
        above={
          <Link to="/connections" className="hover:underline">
            Connections
          </Link>
        }
        title="New connection"
      />
      <form onSubmit={submit} className="max-w-2xl space-y-4">
        <Panel title="Application">
          <div className="space-y-4 p-4">
            <Field
              label="Name"
              required
              maxLength={200}
              placeholder="Contoso, read and respond"
              value={form.name}
              onChange={(event) => change({ name: event.target.value })}
              error={faultOf('name')}
            />
            <Select
              label="Cloud"
              value={cloud}
              onChange={(event) => change({ cloud: event.target.value })}
              error={faultOf('cloud')}
            >
              {clouds.data?.clouds.map(({ name, title }) => (
                <option key={name} value={name}>
                  {title}
                </option>
              ))}
            </Select>
            <Field
              label="Directory (tenant) ID"
              required
              spellCheck={false}
              className="font-mono"
              value={form.directoryId}
              onChange={(event) => change({ directoryId: event.target.value })}
              hint="Entra admin center, App registrations, your application, Overview."
              error={faultOf('directoryId') ?? guidFault(form.directoryId)}
            />
            <Field
              label="Application (client) ID"
              required
              spellCheck={false}
              className="font-mono"
              value={form.clientId}
              onChange={(event) => change({ clientId: event.target.value })}
              hint="On the same page."
              error={faultOf('clientId') ?? guidFault(form.clientId)}
            />
          </div>
        </Panel>
        <Panel title="Credential">
          <div className="space-y-4 p-4">
            <div role="radiogroup" aria-label="Credential kind" className="grid gap-2 sm:grid-cols-2">
              <Choice
                name="credential"
                title="Client secret"
                detail="The secret’s value, not its ID."
                checked={credential.kind === 'secret'}
                onChange={() => setCredential({ kind: 'secret', secret: '' })}
              />
              <Choice
                name="credential"
                title="Certificate"
                detail="A key pair in PEM; its public part is uploaded to Entra."
                checked={credential.kind === 'certificate'}
                onChange={() => setCredential({ kind: 'certificate', certificatePem: '', privateKeyPem: '' })}
              />
            </div>
            {credential.kind === 'secret' ? (
              <Field
                label="Secret value"
                type="password"
                autoComplete="off"
                required
                value={credential.secret}
                onChange={(event) => setCredential({ kind: 'secret', secret: event.target.value })}
                hint="It is sealed with the key of this installation and never shown again."
              />
            ) : (
              <>
                <PemField
                  label="Certificate (PEM)"
                  begins="-----BEGIN CERTIFICATE-----"
                  value={credential.certificatePem}
                  onChange={(certificatePem) => setCredential({ ...credential, certificatePem })}
                />
                <PemField
                  label="Private key (PEM)"
                  begins="-----BEGIN PRIVATE KEY-----"
                  value={credential.privateKeyPem}
                  onChange={(privateKeyPem) => setCredential({ ...credential, privateKeyPem })}
                />
              </>
            )}
          </div>
        </Panel>
        {clouds.error && <ProblemBanner error={clouds.error} onRetry={() => void clouds.refetch()} />}
        {create.error && <ProblemBanner error={create.error} />}
        <div className="flex items-center gap-3">
          <Button type="submit" look="primary" disabled={create.isPending || cloud === ''}>
            {create.isPending ? 'Adding and testing…' : 'Add and test'}
          </Button>
          <p className="text-sm text-ink-3">
            Cordon asks Microsoft for each permission and shows what is missing. An Exchange server on premises is added
            with <code>npx cordon connections add --exchange</code>.
          </p>
        </div>
      </form>
    </Page>
  )
}
