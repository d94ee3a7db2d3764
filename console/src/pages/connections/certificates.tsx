import type { Connection, PublicCertificate } from '@cordon/api'

import { Copy } from '#parts/copy.tsx'
import { Panel } from '#parts/panel.tsx'
import { Script } from '#parts/script.tsx'
import { When } from '#parts/when.tsx'

/** A certificate made here that waits for its upload, step by step; and the one in use, folded. */
export function Certificates({ connection }: { connection: Connection }) {
  const { name, certificate, pendingCertificate, lastTest } = connection
  const file = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.pem`
  const isNew = pendingCertificate === undefined && certificate !== undefined && lastTest?.status !== 'ok'
  const waiting = pendingCertificate ?? (isNew ? certificate : undefined)
  return (
    <>
      {waiting && (
        <Panel title="Certificate to upload" className="border-accent/60">
          <div className="grid gap-4 p-4 text-sm lg:grid-cols-2">
            <ol className="list-decimal space-y-2 pl-5">
              <li>Download the certificate. It is public; the private key stays in Cordon.</li>
              <li>
                Entra admin center, App registrations, your application, Certificates &amp; secrets, Certificates,
                Upload certificate.
              </li>
              <li>
                Press “Test again” here.
                {pendingCertificate &&
                  ' Cordon uses it from the first test that it passes; the old one works until then.'}
              </li>
            </ol>
            <div className="min-w-0 space-y-2">
              <div className="[&_pre]:max-h-40">
                <Script label="certificate" text={waiting.pem} fileName={file} />
              </div>
              <Facts certificate={waiting} />
            </div>
          </div>
        </Panel>
      )}
      {certificate && certificate !== waiting && (
        <details className="rounded-lg border border-line bg-surface text-sm">
          <summary className="cursor-pointer px-4 py-2.5 font-medium">
            Certificate in use <span className="font-normal text-ink-3">expires </span>
            <span className="font-normal text-ink-3">
              <When at={certificate.expiresAt} />
            </span>
          </summary>
          <div className="space-y-2 p-4 pt-0">
            <Script label="certificate" text={certificate.pem} fileName={file} />
            <Facts certificate={certificate} />
          </div>
        </details>
      )}
    </>
  )
}

function Facts({ certificate: { thumbprint, expiresAt } }: { certificate: PublicCertificate }) {
  return (
    <p className="flex flex-wrap items-center gap-x-4 text-xs text-ink-3">
      <span className="inline-flex min-w-0 items-center gap-1">
        Thumbprint <Copy text={thumbprint} label="thumbprint" />
      </span>
      <span>
        expires <When at={expiresAt} />
      </span>
    </p>
  )
}
