import type { Destination } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CircleCheck, CirclePause, Hourglass, OctagonX } from 'lucide-react'
import type { ReactNode } from 'react'

import { tenantApi } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { duration } from '#lib/time.ts'
import { count, number, type Tone } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { Button } from '#parts/button.tsx'
import { Panel } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { When } from '#parts/when.tsx'

import { DeadLetters } from './dead-letters.tsx'
import { RemoveDestination } from './remove-destination.tsx'
import { Trouble } from '#parts/trouble.tsx'

interface Props {
  tenantId: string
  destination: Destination
  /** What kind it is, in words. */
  kind: string
  mayChange: boolean
  onEdit: () => void
}

/** From here on the first event that waits is worth a word. */
const BEHIND_MS = 30_000

/** One destination: how it stands, how far behind it is, what it refused. */
export function DestinationPanel({ tenantId, destination, kind, mayChange, onEdit }: Props) {
  const { id, name, isPaused, fault, backlog, delivered, deadLetters, lastDeliveredAt } = destination
  const client = useQueryClient()
  const test = useMutation({ mutationFn: () => tenantApi(tenantId).testDestination(id) })
  const pause = useMutation({
    mutationFn: () => tenantApi(tenantId).changeDestination(id, { isPaused: !isPaused }),
    onSuccess: () => client.invalidateQueries({ queryKey: queries.destinations(tenantId).queryKey }),
  })
  const actions = mayChange && (
    <span className="flex flex-wrap justify-end gap-2 py-1">
      <Button disabled={test.isPending} onClick={() => test.mutate()}>
        {test.isPending ? 'Sending…' : 'Send a test event'}
      </Button>
      <Button disabled={pause.isPending} onClick={() => pause.mutate()}>
        {isPaused ? 'Resume' : 'Pause'}
      </Button>
      <Button onClick={onEdit}>Edit…</Button>
      <RemoveDestination {...{ tenantId, destination }} />
    </span>
  )
  return (
    <Panel
      title={
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="break-words">{name}</span>
          <State destination={destination} />
          <span className="text-sm font-normal text-ink-3">{kind}</span>
        </span>
      }
    >
      <div className="space-y-3 p-4">
        <dl className="grid grid-cols-2 gap-3 text-sm sm:grid-cols-4">
          <Fact title="Delivered">{number(delivered)}</Fact>
          <Fact title="Waiting">{backlog ? count(backlog.count, 'event') : 'alerts only'}</Fact>
          <Fact title="Lag">{backlog ? lagWords(backlog.lagMs) : '–'}</Fact>
          <Fact title="Last delivery">{lastDeliveredAt ? <When at={lastDeliveredAt} /> : 'none yet'}</Fact>
        </dl>
        <p className="text-xs break-words text-ink-3">{sentWords(destination)}</p>
        {fault && !isPaused && (
          <Trouble {...fault}>
            Since <When at={fault.since} />. Nothing is lost: everything waits and is tried again.
          </Trouble>
        )}
        {test.data?.ok && (
          <output className="block rounded-md bg-good-soft px-3 py-2 text-sm break-words">
            It took the test event: {test.data.answer}
          </output>
        )}
        {test.data?.problem && <Trouble {...test.data.problem} />}
        {(test.error ?? pause.error) && <ProblemBanner error={test.error ?? pause.error} />}
        {deadLetters > 0 && <DeadLetters {...{ tenantId, destination, mayChange }} />}
        {actions}
      </div>
    </Panel>
  )
}

function Fact({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-ink-3">{title}</dt>
      <dd className="font-medium tabular-nums">{children}</dd>
    </div>
  )
}

function State({ destination: { isPaused, fault, backlog } }: { destination: Destination }) {
  const state: [word: string, tone: Tone, icon: typeof CircleCheck] = isPaused
    ? ['Paused', 'quiet', CirclePause]
    : fault
      ? ['Failing', 'bad', OctagonX]
      : backlog && backlog.lagMs > BEHIND_MS
        ? ['Behind', 'warn', Hourglass]
        : ['Current', 'good', CircleCheck]
  const [word, tone, Icon] = state
  return (
    <Badge tone={tone}>
      <Icon aria-hidden className="size-3.5" />
      {word}
    </Badge>
  )
}

const lagWords = (ms: number) => (ms < 1000 ? 'none' : duration(ms))

/** "Events of o365.audit that fit user.name : ana*, and alerts." */
function sentWords({ filter: { events, alerts, datasets, query } }: Destination): string {
  const which = datasets.length > 0 ? ` of ${datasets.join(', ')}` : ''
  const fitting = query === '' ? '' : ` that fit ${query}`
  const sent = [
    ...(events ? [`${which === '' ? 'All events' : 'Events'}${which}${fitting}`] : []),
    ...(alerts ? ['alerts'] : []),
  ]
  return `Sent: ${sent.join(', and ')}.`
}
