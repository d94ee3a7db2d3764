import type { RuleDetail } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'

import { tenantApi } from '#lib/api.ts'
import { diffLines } from '#lib/line-diff.ts'
import { queries } from '#lib/queries.ts'
import { Badge } from '#parts/badge.tsx'
import { Button } from '#parts/button.tsx'
import { Empty } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { When } from '#parts/when.tsx'

type Props = { tenantId: string; detail: RuleDetail; mayChange: boolean }

const CHANGES = { import: 'imported', edit: 'edited', 'go-back': 'gone back to' } as const

/** How the file came to be, newest first: what each version changed, and the way back. */
export function Versions({ tenantId, detail, mayChange }: Props) {
  const { rule, versions, shipped } = detail
  const client = useQueryClient()
  const goBack = useMutation({
    mutationFn: (version: number) => tenantApi(tenantId).changeRule(rule.id, { version }),
    onSuccess: () => client.invalidateQueries({ queryKey: queries.rules(tenantId).queryKey }),
  })
  if (versions.length === 0) {
    return (
      <Empty title="As it came">
        Nobody has changed this file. A change makes a version, and each can be gone back to.
      </Empty>
    )
  }
  const wayBack = (version: number, label: string) =>
    mayChange && (
      <Button disabled={goBack.isPending} onClick={() => goBack.mutate(version)}>
        {label}
      </Button>
    )
  return (
    <>
      {goBack.error && <ProblemBanner error={goBack.error} />}
      <ol className="divide-y divide-line">
        {versions.map(({ version, text, change, note, createdBy, createdAt }, index) => {
          const isCurrent = text === detail.yaml && index === 0
          const before = versions[index + 1]?.text ?? shipped
          return (
            <Version
              key={version}
              title={
                <>
                  Version {version} {isCurrent && <Badge tone="good">now</Badge>}
                </>
              }
              about={
                <>
                  {CHANGES[change]} by {createdBy}, <When at={createdAt} />
                  {note && <>: {note}</>}
                </>
              }
              action={!isCurrent && wayBack(version, 'Go back to it')}
              {...(before !== undefined && { diff: [before, text] as const })}
            />
          )
        })}
        {shipped !== undefined && (
          <Version title="As it came with Cordon" action={wayBack(0, 'Go back to it')} diff={[shipped, shipped]} />
        )}
      </ol>
    </>
  )
}

interface VersionProps {
  title: ReactNode
  about?: ReactNode
  action: ReactNode
  diff?: readonly [before: string, after: string]
}

function Version({ title, about, action, diff }: VersionProps) {
  return (
    <li className="space-y-1 px-4 py-3 text-sm">
      <div className="flex flex-wrap items-center gap-2">
        <span className="min-w-0 flex-1 font-medium">{title}</span>
        {action}
      </div>
      {about && <p className="break-words text-ink-2">{about}</p>}
      {diff && diff[0] !== diff[1] && (
        <details>
          <summary className="cursor-pointer rounded text-accent">What it changed</summary>
          <Diff before={diff[0]} after={diff[1]} />
        </details>
      )}
    </li>
  )
}

const LOOKS = { same: 'text-ink-3', added: 'bg-good-soft text-good', removed: 'bg-bad-soft text-bad' } as const
const SIGNS = { same: ' ', added: '+', removed: '-' } as const

function Diff({ before, after }: { before: string; after: string }) {
  return (
    <pre className="mt-2 max-h-96 overflow-auto rounded-md bg-sunken py-2 font-mono text-xs">
      {diffLines(before, after).map(({ kind, text }, index) => (
        // A line has no other name than its place.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className={`px-3 ${LOOKS[kind]}`}>
          {SIGNS[kind]} {text}
        </div>
      ))}
    </pre>
  )
}
