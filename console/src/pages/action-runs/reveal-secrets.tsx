import type { ActionRun, ActionTarget } from '@cordon/api'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { forgetSealingKey, readSealingKey, SEAL_SETTING } from '#lib/sealing-key.ts'
import { count } from '#lib/words.ts'
import { Button } from '#parts/button.tsx'
import { Copy } from '#parts/copy.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'

interface Props {
  actionRun: ActionRun
  targets: readonly ActionTarget[]
}

/** New passwords that the run made: shown once, in the browser that planned it. */
export function RevealSecrets({ actionRun: { options }, targets }: Props) {
  const sealTo = options?.[SEAL_SETTING]
  const sealed = targets.flatMap(({ address, before }) => {
    const text = before?.['sealedPassword']
    return typeof text === 'string' ? [{ address, text }] : []
  })
  if (typeof sealTo !== 'string' || sealed.length === 0) return null
  return <Reveal sealTo={sealTo} sealed={sealed} />
}

function Reveal({ sealTo, sealed }: { sealTo: string; sealed: { address: string; text: string }[] }) {
  const [isOpen, setOpen] = useState(false)
  const client = useQueryClient()
  const queryKey = ['sealing-key', sealTo]
  const isHere = useQuery({ queryKey, queryFn: async () => (await readSealingKey(sealTo)) !== undefined })
  const opened = useMutation({
    mutationFn: async () => {
      const open = await readSealingKey(sealTo)
      if (!open) throw new Error('The key is gone: it was shown in another tab.')
      return Promise.all(sealed.map(async ({ address, text }) => ({ address, secret: await open(text) })))
    },
  })
  const close = async () => {
    if (opened.data) await forgetSealingKey(sealTo)
    setOpen(false)
    opened.reset()
    await client.invalidateQueries({ queryKey })
  }
  if (isHere.data === undefined) return null
  if (!isHere.data) {
    return (
      <p className="max-w-prose text-xs text-ink-3">
        New passwords were sealed to a key that this browser does not have, or no longer has: they are shown once, to
        whoever planned the action.
      </p>
    )
  }
  const what = count(sealed.length, 'new password')
  return (
    <>
      <Button
        look="primary"
        className="self-start"
        onClick={() => {
          setOpen(true)
          opened.mutate()
        }}
      >
        Show {what}…
      </Button>
      {isOpen && (
        <Dialog
          onClose={() => void close()}
          title={sealed.length === 1 ? 'New password' : 'New passwords'}
          description="Shown this once: closing forgets the key. At the next sign-in it has to be changed."
        >
          {opened.error && <p className="text-sm text-bad">{opened.error.message}</p>}
          <dl className="divide-y divide-line text-sm">
            {opened.data?.map(({ address, secret }) => (
              <div key={address} className="flex flex-wrap items-center justify-between gap-x-4 py-2">
                <dt className="min-w-0 truncate">{address}</dt>
                <dd>
                  <Copy text={secret} label={`password of ${address}`} />
                </dd>
              </div>
            ))}
          </dl>
          <DialogActions>
            <Button look="primary" onClick={() => void close()}>
              Done
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  )
}
