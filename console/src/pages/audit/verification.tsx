import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '#lib/api.ts'
import { count } from '#lib/words.ts'
import { Button } from '#parts/button.tsx'
import { Copy } from '#parts/copy.tsx'
import { Dialog } from '#parts/dialog.tsx'
import { SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

/** Walks the log and shows the first entry that is not as it was written. */
export function Verification() {
  const [open, setOpen] = useState(false)
  const verify = useMutation({ mutationFn: api.verifyAudit })
  const start = () => {
    setOpen(true)
    verify.mutate()
  }
  return (
    <>
      <Button onClick={start}>Verify</Button>
      {open && (
        <Dialog onClose={() => setOpen(false)} title="Is the log as it was written?">
          {verify.isPending && <SkeletonRows rows={2} />}
          {verify.error && <ProblemBanner error={verify.error} onRetry={() => verify.mutate()} />}
          {verify.data && <Result {...verify.data} />}
        </Dialog>
      )}
    </>
  )
}

function Result({ entries, head, seal, broken }: Awaited<ReturnType<typeof api.verifyAudit>>) {
  if (broken) {
    return (
      <div role="alert" className="space-y-1 rounded-lg border border-bad/40 bg-bad-soft p-3 text-sm">
        <p className="font-semibold">
          No: entry {broken.sequence} ({broken.kind})
        </p>
        <p>{broken.what}</p>
        <p>Entries before it are whole. Keep the database as it is and compare it with an export from earlier.</p>
      </div>
    )
  }
  const anchor = `${head.sequence}:${head.hash}`
  return (
    <output className="block space-y-2 text-sm">
      <p className="font-semibold text-good">
        Yes: {count(entries, 'entry', 'entries')}, none altered, removed or moved.
      </p>
      {seal === 'missing' && <p>The head has no seal yet; it gets one with the next entry.</p>}
      <p className="text-ink-2">
        Keep this line somewhere else: <code className="font-mono text-xs">npx cordon audit verify --anchor</code> tells
        later whether the log still has it.
      </p>
      <Copy text={anchor} label="the newest entry" />
    </output>
  )
}
