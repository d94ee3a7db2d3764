import type { MailHit } from '@cordon/api'
import { useMutation } from '@tanstack/react-query'
import { useState, type ReactNode, type SubmitEvent } from 'react'

import { tenantApi } from '#lib/api.ts'
import { useUser } from '#lib/rights.ts'
import { Button } from '#parts/button.tsx'
import { Copy } from '#parts/copy.tsx'
import { Dialog } from '#parts/dialog.tsx'
import { Field } from '#parts/field.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { When } from '#parts/when.tsx'

import { LastAction } from './last-action.tsx'
import { MessageContent } from './message-content.tsx'

interface Props {
  tenantId: string
  investigationId: string
  hit: MailHit
  onClose: () => void
}

/** One hit: its envelope for everybody; what is inside for those who may, each look with a reason that is kept. */
export function HitDrawer({ tenantId, investigationId, hit, onClose }: Props) {
  return (
    <Dialog side onClose={onClose} title={hit.subject || '(no subject)'} description={`From ${hit.sender}`}>
      <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
        <Fact title="Mailbox">{hit.userPrincipalName}</Fact>
        <Fact title="Folder">
          {hit.folderName}, {hit.isRead ? 'read' : 'unread'}
        </Fact>
        <Fact title="Received">
          <When at={hit.receivedAt} exact />
        </Fact>
        <Fact title="Attachments">{hit.hasAttachments ? 'Yes' : 'None'}</Fact>
        <Fact title="Matched">
          {hit.matched.map((condition) => (
            <span key={condition} className="block break-words">
              {condition}
            </span>
          ))}
        </Fact>
        <Fact title="Message ID">
          <Copy text={hit.internetMessageId} label="internet message ID" />
        </Fact>
        {hit.lastAction && (
          <Fact title="Last action">
            <LastAction {...hit.lastAction} />
          </Fact>
        )}
      </dl>
      <Look tenantId={tenantId} investigationId={investigationId} hitId={hit.id} />
    </Dialog>
  )
}

const Fact = ({ title, children }: { title: string; children: ReactNode }) => (
  <>
    <dt className="text-ink-3">{title}</dt>
    <dd className="min-w-0 break-words">{children}</dd>
  </>
)

const LEAST_REASON = 5

function Look({ tenantId, investigationId, hitId }: { tenantId: string; investigationId: string; hitId: string }) {
  const [reason, setReason] = useState('')
  const { role, reaches } = useUser()
  const look = useMutation({ mutationFn: () => tenantApi(tenantId).look(investigationId, hitId, reason.trim()) })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    look.mutate()
  }
  return (
    <section aria-label="Content" className="mt-5 space-y-3 border-t border-line pt-4">
      <h3 className="text-sm font-semibold">Content</h3>
      {look.data ? (
        <MessageContent view={look.data} />
      ) : !reaches('responder') ? (
        <p className="text-sm text-ink-2">
          The content of messages is for responders and administrators; your role is {role}.
        </p>
      ) : (
        <form onSubmit={submit} className="space-y-3">
          <Field
            label="Why do you look at it?"
            required
            minLength={LEAST_REASON}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            hint="Your name, the moment, this message and this reason are written to the audit log for good. The message is read now and not kept."
          />
          <Button type="submit" disabled={reason.trim().length < LEAST_REASON || look.isPending}>
            {look.isPending ? 'Reading…' : 'Look at the message'}
          </Button>
          {look.error && <ProblemBanner error={look.error} />}
        </form>
      )}
    </section>
  )
}
