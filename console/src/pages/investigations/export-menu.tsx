import { useMutation } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { useUser } from '#lib/rights.ts'
import { saveFile } from '#lib/save-file.ts'
import { Button } from '#parts/button.tsx'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '#parts/menu.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { ExportContents, type ContentsFormat } from './export-contents.tsx'

const FILES = [
  { title: 'Hits (CSV)', query: { format: 'csv', table: 'hits' } },
  { title: 'Mailboxes (CSV)', query: { format: 'csv', table: 'mailboxes' } },
  { title: 'Journal of actions (CSV)', query: { format: 'csv', table: 'actions' } },
  { title: 'Everything (JSON)', query: { format: 'json' } },
  { title: 'Indicators (STIX 2.1)', query: { format: 'stix' } },
] as const

interface Props {
  tenantId: string
  investigationId: string
}

/** What was found, as files. Those that need messages to be read ask for a reason first. */
export function ExportMenu({ tenantId, investigationId }: Props) {
  const [contents, setContents] = useState<ContentsFormat>()
  const { reaches } = useUser()
  const download = useMutation({
    mutationFn: (query: (typeof FILES)[number]['query']) => tenantApi(tenantId).export(investigationId, query),
    onSuccess: saveFile,
  })
  return (
    <>
      <Menu
        trigger={
          <Button disabled={download.isPending}>
            <Download aria-hidden className="size-4" />
            {download.isPending ? 'Exporting…' : 'Export'}
          </Button>
        }
      >
        <MenuLabel>Without anything from inside the messages</MenuLabel>
        {FILES.map(({ title, query }) => (
          <MenuItem key={title} onSelect={() => download.mutate(query)}>
            {title}
          </MenuItem>
        ))}
        {reaches('responder') && (
          <>
            <MenuSeparator />
            <MenuLabel>With what is inside; each message read is audited</MenuLabel>
            <MenuItem onSelect={() => setContents('stix')}>Indicators with links and files (STIX 2.1)…</MenuItem>
            <MenuItem onSelect={() => setContents('eml')}>Messages (EML in a ZIP with a password)…</MenuItem>
          </>
        )}
      </Menu>
      {download.error && (
        <div className="w-full">
          <ProblemBanner error={download.error} />
        </div>
      )}
      {contents && (
        <ExportContents {...{ tenantId, investigationId }} format={contents} onClose={() => setContents(undefined)} />
      )}
    </>
  )
}
