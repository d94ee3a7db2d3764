import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { IMMUTABLE_IDS } from '#connect/apis/graph/mail.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import type { MailHit } from '#domain/investigation.ts'
import { ACTIONS } from '#respond/actions/index.ts'

import { planActionRun } from './plan.ts'
import { executeActionRun } from './runner.ts'
import { openStage, type Stage } from './testing/stage.ts'

const Made = z.object({ id: z.string() })

let stage: Stage
let event: MailHit
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage?.close())
beforeEach(async () => {
  await stage.reset()
  event = await invited()
})

/** The event of an invitation in the calendar of the first victim, as following the hits would have found it. */
async function invited(): Promise<MailHit> {
  const { records, microsoft, tenantId, investigationId, hits } = stage
  const [organizer, guest] = hits
  const at = (hour: number) => ({ dateTime: `2030-01-07T0${hour}:00:00`, timeZone: 'UTC' })
  const attendees = [{ emailAddress: { address: guest!.userPrincipalName }, type: 'required' }]
  await microsoft.send({
    api: 'graph',
    method: 'POST',
    path: `/v1.0/users/${organizer!.userId}/events`,
    body: { subject: 'Bonus', start: at(8), end: at(9), attendees },
    what: 'Could not invite.',
  })
  const path = `/v1.0/users/${guest!.userId}/events?$filter=${encodeURIComponent("subject eq 'Bonus'")}&$select=id`
  const request = { api: 'graph', path, headers: IMMUTABLE_IDS, what: 'Could not list.' } as const
  const { value } = await microsoft.json(request, z.object({ value: z.array(Made) }))
  const messageId = value[0]!.id
  const place = { folderId: 'calendar', folderName: 'Calendar', internetMessageId: '' }
  const hit = { ...guest!, ...place, id: `event ${messageId}`, messageId, foundBy: 'meeting' as const }
  await records.investigations.addHits(tenantId, investigationId, [hit])
  return hit
}

async function carryOut(action: string, more: { shadow?: boolean; microsoft?: Microsoft } = {}) {
  const { records, clock, tenantId, investigationId } = stage
  const { microsoft = stage.microsoft, ...shadow } = more
  const context = { records, clock, tenantId }
  const plan = {
    ...context,
    action,
    investigationId,
    targets: [event.id, stage.hits[2]!.id],
    createdBy: 'ana',
    open: async () => stage.microsoft,
    ...shadow,
  }
  const { id } = (await planActionRun(plan)).actionRun
  const run = await executeActionRun({ ...context, microsoft, id })
  const targets = await records.actionRuns.targets(tenantId, id)
  return { run, target: targets.find(({ ref }) => ref === event.id)! }
}
const deletions = () => stage.requestsTo('POST', `/events/[^/]+/permanentDelete$`)

describe('an event of a calendar', () => {
  it('is deleted with the messages, proved to be gone, and the second time it is gone already', async () => {
    const shadow = await carryOut('delete-message', { shadow: true })
    expect(shadow.target).toMatchObject({ state: 'would-change', proof: 'The event is in Calendar.' })
    const { run, target } = await carryOut('delete-message')
    expect(run).toMatchObject({ state: 'done', targetsByState: { verified: 2 } })
    expect(target).toMatchObject({ state: 'verified', proof: 'The calendar no longer has the event.' })
    expect((await carryOut('delete-message')).target).toMatchObject({ state: 'already-gone' })
    expect(deletions()).toBe(1)
  })

  it('is not deleted without the permission, which is named', async () => {
    const { target } = await carryOut('delete-message', { microsoft: stage.readOnly })
    expect(target).toMatchObject({ state: 'failed', reason: expect.stringContaining('Calendars.ReadWrite') })
    expect(deletions()).toBe(0)
  })

  it.each(ACTIONS.filter(({ on, events }) => on === 'message' && !events).map(({ id }) => id))(
    'is refused by %s, which is told of it alone',
    async (action) => {
      const { target } = await carryOut(action)
      expect(target).toMatchObject({
        state: 'failed',
        reason: expect.stringMatching(/event of a calendar.*delete-message/),
      })
      const shadow = await carryOut(action, { shadow: true })
      expect(shadow.target).toMatchObject({ state: 'failed', reason: expect.stringContaining('event of a calendar') })
      expect(stage.requestsTo('POST', '/events/') + stage.requestsTo('PATCH', '/events/')).toBe(0)
    },
  )
})
