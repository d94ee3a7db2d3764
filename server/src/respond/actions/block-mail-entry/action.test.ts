import { expect, it } from 'vitest'

import { isoTime } from '#domain/clock.ts'
import { executeActionRun, revertActionRun } from '#respond/runner.ts'
import { testMailEntryAction } from '#respond/testing/test-mail-entry-action.ts'

import { blockMailEntry } from './action.ts'

const DAY = 24 * 60 * 60_000
const LIE = { Identity: '0', Value: 'x', Action: 'Block' }

testMailEntryAction(
  blockMailEntry,
  {
    wanted: 'Block',
    command: 'New-TenantAllowBlockListItems',
    lie: { status: 200, body: { value: [LIE] } },
  },
  (running) => {
    const first = () => running.subjects()[0]!

    it.each(['1', '30', '90'])('ends after %s days when it is asked to, and has the note', async (days) => {
      const { clock } = running.stage()
      const run = await running.plan([first()], { options: { expiresAfterDays: days, note: 'Case 7' } })
      const began = clock.now()
      await executeActionRun(run)
      const { ExpirationDate, Notes } = (await running.stage().seen(first()))!
      expect(Notes).toBe('Case 7')
      const end = Date.parse(String(ExpirationDate)) - Number(days) * DAY
      expect(end).toBeGreaterThanOrEqual(began - 1)
      expect(end).toBeLessThanOrEqual(clock.now())
    })

    it('stands without an end when it is asked to', async () => {
      await executeActionRun(await running.plan([first()], { options: { expiresAfterDays: 'never' } }))
      expect(await running.stage().seen(first())).toMatchObject({ Action: 'Block', ExpirationDate: null })
    })

    it('goes on for longer where somebody has blocked it for less, and undoing gives it its end back', async () => {
      const stage = running.stage()
      const ExpirationDate = isoTime(stage.clock.now() + 5 * DAY)
      await stage.set(first(), { Block: true, ExpirationDate, Notes: 'By hand' })
      const run = await running.plan([first()], { options: { expiresAfterDays: 'never' } })
      expect(await executeActionRun(run)).toMatchObject({ targetsByState: { verified: 1 } })
      expect(await stage.seen(first())).toMatchObject({ ExpirationDate: null })
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      const { ExpirationDate: now, Notes } = (await stage.seen(first()))!
      expect([Date.parse(String(now)), Notes]).toEqual([Date.parse(ExpirationDate), 'By hand'])
    })

    it('leaves one that somebody has blocked for longer, note and all', async () => {
      const stage = running.stage()
      await stage.set(first(), { Block: true, NoExpiration: true, Notes: 'By hand' })
      const before = await stage.seen(first())
      expect(await executeActionRun(await running.plan([first()]))).toMatchObject({
        targetsByState: { 'already-done': 1 },
      })
      expect(await stage.seen(first())).toEqual(before)
    })

    it('turns around what somebody allows, and undoing allows it again to the letter', async () => {
      const stage = running.stage()
      await stage.set(first(), { Allow: true, RemoveAfter: 45, Notes: 'A customer' })
      const { Identity: _, ...before } = (await stage.seen(first()))!
      const run = await running.plan([first()])
      await executeActionRun(run)
      expect(await stage.seen(first())).toMatchObject({ Action: 'Block' })
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      const { Action, Notes, RemoveAfter, ExpirationDate } = (await stage.seen(first()))!
      expect(before).toMatchObject({ Action, Notes, RemoveAfter, ExpirationDate })
    })

    it('is brought to its end after a crash between taking out what allows and putting in what blocks', async () => {
      const stage = running.stage()
      await stage.set(first(), { Allow: true, RemoveAfter: 45 })
      const { microsoft, ...run } = await running.plan([first()])
      const dying: typeof microsoft.send = (request) => {
        if (JSON.stringify(request.body).includes('New-Tenant')) throw new Error('Died.')
        return microsoft.send(request)
      }
      await expect(executeActionRun({ ...run, microsoft: { ...microsoft, send: dying } })).rejects.toThrow('Died.')
      expect(await stage.seen(first())).toBeUndefined()
      expect(await executeActionRun({ ...run, microsoft })).toMatchObject({ state: 'done' })
      expect(await stage.seen(first())).toMatchObject({ Action: 'Block' })
      expect(await revertActionRun({ ...run, microsoft })).toMatchObject({ state: 'reverted' })
      expect(await stage.seen(first())).toMatchObject({ Action: 'Allow', RemoveAfter: 45 })
    })

    it('does not put back what would have ended since', async () => {
      const stage = running.stage()
      const ExpirationDate = isoTime(stage.clock.now() + 5 * DAY)
      await stage.set(first(), { Allow: true, ExpirationDate })
      const run = await running.plan([first()])
      await executeActionRun(run)
      const clock = { now: () => stage.clock.now() + 6 * DAY }
      expect(await revertActionRun({ ...run, clock })).toMatchObject({ state: 'reverted' })
      expect(await stage.seen(first())).toBeUndefined()
      expect((await running.targets(run))[0]!.proof).toContain('has ended since')
    })

    it('leaves what somebody has changed since', async () => {
      const stage = running.stage()
      const run = await running.plan([first()])
      await executeActionRun(run)
      await stage.remove(first())
      await stage.set(first(), { Allow: true, RemoveAfter: 45 })
      expect(await revertActionRun(run)).toMatchObject({ targetsByState: { 'revert-failed': 1 } })
      expect(await stage.seen(first())).toMatchObject({ Action: 'Allow' })
    })

    it('leaves the domains of the tenant alone, with the reason', async () => {
      const stage = running.stage()
      const { settings } = (await stage.records.connections.list(stage.tenantId))[0]!
      const [own] = settings!.authorizedDomains!
      const wild = `*.${own!.slice(own!.indexOf('.') + 1)}`
      const run = await running.plan([`ana@${own}`, own!, wild, `~${own}`, `https://www.${own}/x`, `not${own}`])
      const found = await running.targets(run)
      const guarded = found.filter(({ state }) => state === 'protected')
      expect(guarded.map(({ address }) => address)).toHaveLength(5)
      for (const { reason } of guarded) expect(reason).toContain(own)
      expect(found.find(({ state }) => state === 'planned')?.address).toBe(`not${own}`)
    })

    it('leaves a domain alone that the tenant accepts mail for, though the connection does not name it', async () => {
      const stage = running.stage()
      await stage.settle({ authorizedDomains: ['other.example'] })
      const run = await running.plan([stage.domain, first()])
      const own = (await running.targets(run)).find(({ state }) => state === 'protected')
      expect(own).toMatchObject({ address: stage.domain, reason: expect.stringContaining('accepts mail for') })
    })

    it('leaves a domain alone that the connection names since the plan', async () => {
      const stage = running.stage()
      const run = await running.plan(['partner.example'])
      await stage.settle({ authorizedDomains: ['partner.example'] })
      expect(await executeActionRun(run)).toMatchObject({ targetsByState: { failed: 1 } })
      expect(await stage.seen('partner.example')).toBeUndefined()
    })
  },
)
