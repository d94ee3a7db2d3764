import type { CredentialInput } from '@cordon/api'

import { Choice, Field } from '#parts/field.tsx'

import { PemField } from './pem-field.tsx'

interface Props {
  /** Tells the groups of radio buttons of one page apart. */
  name: string
  credential: CredentialInput
  secretExpiresOn: string
  onChange: (changes: { credential?: CredentialInput; secretExpiresOn?: string }) => void
}

const KINDS: { empty: CredentialInput; title: string; detail: string }[] = [
  {
    empty: { kind: 'new-certificate' },
    title: 'Certificate made by Cordon',
    detail: 'Best: the private key never leaves this machine. You upload the certificate to Entra.',
  },
  { empty: { kind: 'secret', secret: '' }, title: 'Client secret', detail: 'The secret’s value, not its ID.' },
  {
    empty: { kind: 'certificate', certificatePem: '', privateKeyPem: '' },
    title: 'Certificate of your own',
    detail: 'A key pair in PEM; its public part is uploaded to Entra.',
  },
]

/** How an application proves itself. */
export function CredentialFields({ name, credential, secretExpiresOn, onChange }: Props) {
  const change = (changed: CredentialInput) => onChange({ credential: changed })
  return (
    <>
      <div role="radiogroup" aria-label="Credential kind" className="grid gap-2 md:grid-cols-3">
        {KINDS.map(({ empty, title, detail }) => (
          <Choice
            key={title}
            name={`${name}-credential`}
            title={title}
            detail={detail}
            checked={credential.kind === empty.kind}
            onChange={() => change(empty)}
          />
        ))}
      </div>
      {credential.kind === 'secret' && (
        <div className="grid gap-4 sm:grid-cols-[minmax(0,1fr)_220px]">
          <Field
            label="Secret value"
            type="password"
            autoComplete="off"
            required
            value={credential.secret}
            onChange={({ target }) => change({ kind: 'secret', secret: target.value })}
            hint="It is sealed with the key of this installation and never shown again."
          />
          <Field
            label="Expires on"
            type="date"
            value={secretExpiresOn}
            onChange={({ target }) => onChange({ secretExpiresOn: target.value })}
            hint="As Entra shows it. Cordon warns weeks ahead."
          />
        </div>
      )}
      {credential.kind === 'certificate' && (
        <>
          <PemField
            label="Certificate (PEM)"
            begins="-----BEGIN CERTIFICATE-----"
            value={credential.certificatePem}
            onChange={(certificatePem) => change({ ...credential, certificatePem })}
          />
          <PemField
            label="Private key (PEM)"
            begins="-----BEGIN PRIVATE KEY-----"
            value={credential.privateKeyPem}
            onChange={(privateKeyPem) => change({ ...credential, privateKeyPem })}
          />
        </>
      )}
      {credential.kind === 'new-certificate' && (
        <p className="text-sm text-ink-2">
          It is made when the connection is saved. The next page offers it for download and says where to upload it.
        </p>
      )}
    </>
  )
}
