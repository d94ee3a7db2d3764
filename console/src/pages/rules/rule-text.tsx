import type { RuleDetail, RuleProblem } from '@cordon/api'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { useDebounced } from '#lib/debounced.ts'
import { queries } from '#lib/queries.ts'
import { Button } from '#parts/button.tsx'
import { Field, TextArea } from '#parts/field.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { ProblemList } from './problem-list.tsx'

type Props = { tenantId: string; detail: RuleDetail; mayChange: boolean }

/** The file that the rule is in, with its problems at their lines; and a form to change it. */
export function RuleText({ tenantId, detail, mayChange }: Props) {
  const [draft, setDraft] = useState<string>()
  if (draft !== undefined) {
    return <Editor {...{ tenantId, detail, draft }} onChange={setDraft} onClose={() => setDraft(undefined)} />
  }
  return (
    <div>
      <div className="flex items-center justify-between gap-2 px-4 py-2">
        <code className="min-w-0 truncate font-mono text-xs text-ink-3">{detail.rule.path}</code>
        {mayChange && <Button onClick={() => setDraft(detail.yaml)}>Edit</Button>}
      </div>
      <Lines text={detail.yaml} problems={detail.problems.filter(({ file }) => file === detail.rule.path)} />
      {detail.problems.length > 0 && <ProblemList problems={detail.problems} />}
    </div>
  )
}

/** A text with numbers, and marks where something is wrong. */
function Lines({ text, problems }: { text: string; problems: readonly RuleProblem[] }) {
  const wrong = Map.groupBy(problems, ({ line }) => line)
  return (
    <ol className="max-h-[70dvh] overflow-auto border-t border-line bg-sunken py-2 font-mono text-xs">
      {text
        .trimEnd()
        .split('\n')
        .map((line, index) => {
          const here = wrong.get(index + 1)
          return (
            // A line has no other name than its number.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index} className={`flex min-h-4 ${here ? 'bg-bad-soft' : ''}`}>
              <span aria-hidden className="w-12 shrink-0 pr-3 text-right text-ink-3 select-none">
                {index + 1}
              </span>
              <span className="pr-4 whitespace-pre" title={here?.map(({ found }) => `Found ${found}`).join('\n')}>
                {line}
              </span>
            </li>
          )
        })}
    </ol>
  )
}

interface EditorProps {
  tenantId: string
  detail: RuleDetail
  draft: string
  onChange: (draft: string) => void
  onClose: () => void
}

function Editor({ tenantId, detail, draft, onChange, onClose }: EditorProps) {
  const client = useQueryClient()
  const [note, setNote] = useState('')
  const settled = useDebounced(draft, 300)
  const check = useQuery({
    queryKey: [tenantId, 'rule-check', settled],
    queryFn: ({ signal }) => tenantApi(tenantId).checkRules(settled, signal),
    placeholderData: keepPreviousData,
    gcTime: 0,
  })
  const save = useMutation({
    mutationFn: () =>
      tenantApi(tenantId).changeRule(detail.rule.id, { text: draft, ...(note.trim() !== '' && { note: note.trim() }) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: queries.rules(tenantId).queryKey })
      onClose()
    },
  })
  const problems = check.data?.problems ?? []
  return (
    <form
      className="space-y-3 p-4"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <TextArea
        label="Sigma"
        rows={24}
        spellCheck={false}
        className="font-mono text-xs!"
        value={draft}
        onChange={({ target }) => onChange(target.value)}
        error={problems.find(({ severity }) => severity === 'error') && 'It does not load as it is.'}
      />
      {problems.length > 0 && (
        <div className="overflow-hidden rounded-md border border-line">
          <ProblemList problems={problems} isOneFile />
        </div>
      )}
      <Field
        label="What changes, and why"
        maxLength={1000}
        value={note}
        onChange={({ target }) => setNote(target.value)}
        hint="Stands with the version."
      />
      {save.error && <ProblemBanner error={save.error} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          type="submit"
          look="primary"
          disabled={save.isPending || draft === detail.yaml || problems.some(({ severity }) => severity === 'error')}
        >
          Save as a new version
        </Button>
      </div>
    </form>
  )
}
