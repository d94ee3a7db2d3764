import type { ActionRun, CollectedFile } from '@cordon/api'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { queries } from '#lib/queries.ts'
import { useUser } from '#lib/rights.ts'
import { bytesWords } from '#lib/words.ts'
import { Button } from '#parts/button.tsx'
import { Copy } from '#parts/copy.tsx'
import { Panel } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { When } from '#parts/when.tsx'

import { DownloadFile } from './download-file.tsx'
import { RemoveFile } from './remove-file.tsx'

/** What a run has brought from devices, and Cordon still has. */
export function CollectedFiles({ tenantId, actionRun }: { tenantId: string; actionRun: ActionRun }) {
  const { reaches } = useUser()
  const [downloading, setDownloading] = useState<CollectedFile>()
  const { id, targetsByState } = actionRun
  const { data, error, refetch } = useQuery(queries.collectedFiles(tenantId, id, targetsByState.verified ?? 0))
  if (error) return <ProblemBanner error={error} onRetry={() => void refetch()} />
  if (!data || data.files.length === 0) return null
  return (
    <Panel title="Collected files">
      <ul className="divide-y divide-line text-sm">
        {data.files.map((file) => (
          <li key={file.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3">
            <div className="min-w-0 flex-1 basis-72 space-y-1">
              <p className="font-mono text-xs break-all">{file.path}</p>
              <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-ink-3">
                <span>{file.deviceName}</span>
                <span>{bytesWords(file.sizeBytes)}</span>
                <When at={file.collectedAt} />
              </p>
              <p className="flex min-w-0 items-center gap-2 text-xs text-ink-3">
                <span className="shrink-0">SHA-256</span>
                <span className="min-w-0">
                  <Copy text={file.sha256} label="SHA-256" />
                </span>
              </p>
            </div>
            <div className="flex gap-2">
              {reaches('administrator') && <RemoveFile tenantId={tenantId} file={file} />}
              {reaches('responder') && <Button onClick={() => setDownloading(file)}>Download…</Button>}
            </div>
          </li>
        ))}
      </ul>
      {downloading && <DownloadFile tenantId={tenantId} file={downloading} onClose={() => setDownloading(undefined)} />}
    </Panel>
  )
}
