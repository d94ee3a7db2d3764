import type { ConnectionTest } from '@cordon/api'
import { CircleCheck, CircleHelp, CircleX, TriangleAlert } from 'lucide-react'

import type { Tone } from '#lib/words.ts'

import { Badge } from './badge.tsx'

const STATUS: Record<ConnectionTest['status'], { word: string; tone: Tone; Icon: typeof CircleCheck }> = {
  ok: { word: 'Healthy', tone: 'good', Icon: CircleCheck },
  partial: { word: 'Partly working', tone: 'warn', Icon: TriangleAlert },
  failed: { word: 'Failing', tone: 'bad', Icon: CircleX },
}

/** How a connection's last test ended. */
export function TestBadge({ test }: { test: ConnectionTest | undefined }) {
  const { word, tone, Icon } = test
    ? STATUS[test.status]
    : { word: 'Not tested', tone: 'quiet' as const, Icon: CircleHelp }
  return (
    <Badge tone={tone}>
      <Icon aria-hidden className="size-3.5" />
      {word}
    </Badge>
  )
}
