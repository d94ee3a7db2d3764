import type { RuleImport } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { count } from '#lib/words.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { Field, TextArea } from '#parts/field.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { ProblemList } from './problem-list.tsx'

/** Files in one request. */
const AT_ONCE = 200

/** Imports files of Sigma, or a text. What is imported is switched off until somebody has tried it. */
export function ImportDialog({ tenantId, onClose }: { tenantId: string; onClose: () => void }) {
  const client = useQueryClient()
  const [files, setFiles] = useState<File[]>([])
  const [text, setText] = useState('')
  const run = useMutation({
    mutationFn: async () => {
      const given = await Promise.all(
        files.map(async (file) => ({ path: file.webkitRelativePath || file.name, text: await file.text() })),
      )
      if (text.trim() !== '') given.push({ path: `pasted/${new Date().toISOString()}.yml`, text })
      const parts: RuleImport[] = []
      for (let start = 0; start < given.length; start += AT_ONCE) {
        const some = given.slice(start, start + AT_ONCE)
        parts.push(await tenantApi(tenantId).importRules({ files: some }))
      }
      return joined(parts)
    },
    onSuccess: () => client.invalidateQueries({ queryKey: queries.rules(tenantId).queryKey }),
  })
  if (run.data) return <Outcome outcome={run.data} onClose={onClose} />
  return (
    <Dialog
      onClose={onClose}
      title="Import rules"
      description="Rules, correlations and filters of Sigma 2. They come in switched off."
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          run.mutate()
        }}
      >
        <Field
          label="Files"
          type="file"
          multiple
          accept=".yml,.yaml"
          className="py-1"
          hint="A folder or a checkout of SigmaHQ: npx cordon rules import <path>."
          onChange={({ target }) => setFiles([...(target.files ?? [])])}
        />
        <TextArea
          label="Or a text"
          rows={8}
          spellCheck={false}
          className="font-mono text-xs!"
          placeholder={'title: …\nlogsource:\n  product: m365\n  service: audit\ndetection:\n  …'}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        {run.error && <ProblemBanner error={run.error} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={run.isPending || (files.length === 0 && text.trim() === '')}>
            {run.isPending ? 'Importing…' : 'Import'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

function Outcome({ outcome, onClose }: { outcome: RuleImport; onClose: () => void }) {
  const { added, changed, unchanged, refused, rules, problems } = outcome
  const authors = [...new Set(rules.flatMap(({ author }) => author?.split(/,\s*/) ?? []))]
  const told = [
    [added, 'new'],
    [changed, 'changed'],
    [unchanged, 'as before'],
    [refused, 'refused'],
  ] as const
  return (
    <Dialog onClose={onClose} title={`${count(rules.length, 'rule')} imported`}>
      <div className="space-y-4 text-sm">
        <p>
          {told
            .filter(([paths]) => paths.length > 0)
            .map(([paths, word]) => `${count(paths.length, 'file')} ${word}`)
            .join(', ')}
          . Rules that are new are off: open one to try it over what is stored, and switch it on.
        </p>
        {authors.length > 0 && (
          <p className="text-ink-2">
            By {authors.slice(0, 12).join(', ')}
            {authors.length > 12 && ` and ${authors.length - 12} more`}.
          </p>
        )}
        {problems.length > 0 && (
          <div className="overflow-hidden rounded-md border border-line">
            <p className="px-4 py-2 font-medium">{count(problems.length, 'problem')}</p>
            <ProblemList problems={problems} />
          </div>
        )}
        <DialogActions>
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        </DialogActions>
      </div>
    </Dialog>
  )
}

function joined(parts: readonly RuleImport[]): RuleImport {
  return {
    added: parts.flatMap(({ added }) => added),
    changed: parts.flatMap(({ changed }) => changed),
    unchanged: parts.flatMap(({ unchanged }) => unchanged),
    refused: parts.flatMap(({ refused }) => refused),
    rules: parts.flatMap(({ rules }) => rules),
    problems: parts.flatMap(({ problems }) => problems),
  }
}
