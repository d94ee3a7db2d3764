import type { PlannedRegistration } from '@cordon/api'

import { applicationAt, isGuid, type ApplicationDraft, type ConnectDraft } from '#lib/connect-draft.ts'
import { Field } from '#parts/field.tsx'
import { Panel } from '#parts/panel.tsx'

import { CredentialFields } from './credential-fields.tsx'
import { ConsentLink } from './plan.tsx'

interface Props {
  draft: ConnectDraft
  registrations: PlannedRegistration[]
  onChange: (changes: Partial<ConnectDraft>) => void
}

const guidFault = (value: string) =>
  value.trim() === '' || isGuid(value) ? undefined : 'This is not a GUID such as 8d3f5c1e-…: copy it from Entra.'

/** Which tenant it is, and how each application proves itself there. */
export function Applications({ draft, registrations, onChange }: Props) {
  const change = (index: number, changes: Partial<ApplicationDraft>) =>
    onChange({
      applications: registrations.map((_, at) => ({ ...applicationAt(draft, at), ...(at === index && changes) })),
    })
  return (
    <>
      <Panel title="Tenant">
        <div className="grid gap-4 p-4 md:grid-cols-2">
          <Field
            label="Name"
            required
            maxLength={180}
            placeholder="Contoso"
            value={draft.name}
            onChange={({ target }) => onChange({ name: target.value })}
            hint="What Cordon calls the connection."
          />
          <IdField
            label="Directory (tenant) ID"
            hint="Entra admin center, Overview. The scripts print it."
            value={draft.directoryId}
            onChange={(directoryId) => onChange({ directoryId })}
          />
        </div>
      </Panel>
      {registrations.map(({ name, uses, consentUrl }, index) => {
        const { clientId, credential, secretExpiresOn } = applicationAt(draft, index)
        return (
          <Panel
            key={name}
            title={registrations.length === 1 ? 'Application' : `Application to ${uses.join(' and ')}`}
            actions={<ConsentLink url={consentUrl} />}
          >
            <div className="space-y-4 p-4">
              <div className="max-w-xl">
                <IdField
                  label="Application (client) ID"
                  hint={`Entra admin center, App registrations, “${name}”. The scripts print it.`}
                  value={clientId}
                  onChange={(changed) => change(index, { clientId: changed })}
                />
              </div>
              <CredentialFields
                name={name}
                {...{ credential, secretExpiresOn }}
                onChange={(changes) => change(index, changes)}
              />
            </div>
          </Panel>
        )
      })}
    </>
  )
}

interface IdProps {
  label: string
  hint: string
  value: string
  onChange: (value: string) => void
}

function IdField({ value, onChange, ...rest }: IdProps) {
  return (
    <Field
      {...rest}
      required
      spellCheck={false}
      className="font-mono"
      pattern="\s*[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\s*"
      title="A GUID"
      value={value}
      onChange={({ target }) => onChange(target.value)}
      error={guidFault(value)}
    />
  )
}
