import { describe, expect, it } from 'vitest'

import type { Mode } from '#respond/ip-range-state.ts'
import { executeActionRun, revertActionRun } from '#respond/runner.ts'
import type { Running } from '#respond/testing/test-contract.ts'
import { OTHER, testIpRangeAction, type IpRangeStage } from '#respond/testing/test-ip-range-action.ts'

import { planActionRun } from '#respond/plan.ts'

import { blockIp } from './action.ts'

const enforce = { options: { mode: 'enforce' } }

testIpRangeAction(
  blockIp,
  { wanted: 'enforce', options: { mode: 'enforce' }, there: [['enforce', [OTHER]]] },
  (running) => {
    it('is refused before there is a plan where no subscription has Conditional Access, as far as that may be read', async () => {
      const { company, records, clock, tenantId, connectionId } = running.stage()
      const plan = async (...more: string[]) => {
        const microsoft = await company.as([...blockIp.permissions.map(({ permission }) => permission), ...more])
        const asked = { action: blockIp.id, connectionId, targets: [running.subjects()[0]!], createdBy: 'ana' }
        return planActionRun({ records, clock, tenantId, open: async () => microsoft, ...asked })
      }
      await company.emulator.request('/entra-plan', { plan: 'free' })
      await expect(plan('LicenseAssignment.Read.All')).rejects.toMatchObject({
        code: 'ACTION_NOT_OFFERED',
        why: expect.stringContaining('Microsoft Entra ID P1'),
      })
      expect((await plan()).actionRun).toMatchObject({ state: 'planned' })
      await company.emulator.request('/entra-plan', { plan: 'P1' })
      expect((await plan('LicenseAssignment.Read.All')).actionRun).toMatchObject({ state: 'planned' })
    })

    it('says when it is planned that nothing is blocked unless that is asked for', async () => {
      const effectOf = async (options: Record<string, unknown>) => {
        const { id, records, tenantId } = await running.plan(undefined, { options })
        return (await records.actionRuns.read(tenantId, id))!.effect
      }
      expect(await effectOf({})).toMatch(/^Report sign-ins from 3 address ranges without blocking them\./)
      expect(await effectOf({ mode: 'enforce' })).toMatch(/^Block sign-ins from 3 address ranges\./)
    })

    it('leaves others where they are when it is undone, and the policy with them', async () => {
      const stage = running.stage()
      const run = await running.plan()
      await executeActionRun(run)
      await revertActionRun(run)
      expect(await stage.rangesIn('enforce')).toEqual([OTHER])
      expect(await stage.policyOf('enforce')).toMatchObject({ state: 'enabled' })
    })

    it('leaves a break-glass account out of the policy that is named since, before it blocks any more', async () => {
      const stage = running.stage()
      const [one, two] = stage.users
      await stage.settle({ breakGlassUsers: [one!.id, two!.id] })
      expect(await executeActionRun(await running.plan())).toMatchObject({ state: 'done' })
      const { conditions } = (await stage.policyOf('enforce'))!
      expect(conditions.users.excludeUsers.toSorted()).toEqual([one!.id, two!.id].toSorted())
    })

    it('does not switch on a policy that somebody has switched off, and says so', async () => {
      const stage = running.stage()
      await stage.change('PATCH', `/policies/${(await stage.policyOf('enforce'))!.id}`, { state: 'disabled' })
      const run = await running.plan()
      expect(await executeActionRun(run)).toMatchObject({ state: 'partly', targetsByState: { partly: 3 } })
      expect((await running.targets(run))[0]!.reason).toContain('switched off')
      expect(await stage.policyOf('enforce')).toMatchObject({ state: 'disabled' })
      expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
      expect(await stage.rangesIn('enforce')).toEqual([OTHER])
    })

    it('puts a range in when the reply to that was lost', async () => {
      const run = await running.plan()
      await running.stage().strike({ match: { method: 'PATCH', nth: 1 }, do: { dropAfterCommit: true } })
      expect(await executeActionRun(run)).toMatchObject({ targetsByState: { verified: 3 } })
      expect((await running.stage().rangesIn('enforce')).toSorted()).toEqual([OTHER, ...running.subjects()].toSorted())
    })

    it('keeps what two runs at once put in', async () => {
      const [one, two] = running.subjects()
      const runs = await Promise.all([running.plan([one!]), running.plan([two!])])
      const ended = await Promise.all(runs.map((run) => executeActionRun(run)))
      expect(ended.map(({ state }) => state)).toEqual(['done', 'done'])
      expect((await running.stage().rangesIn('enforce')).toSorted()).toEqual([OTHER, one!, two!].toSorted())
    })

    describe('with nothing there', () => {
      fromNothing(running)
    })
    describe('what is not to be blocked', () => {
      guarded(running)
    })
  },
)

function fromNothing(running: Running<IpRangeStage, string>): void {
  const modes: [Mode, string][] = [
    ['report-only', 'enabledForReportingButNotEnforced'],
    ['enforce', 'enabled'],
  ]

  it.each(modes)('makes a location and a policy for %s, and undoing leaves nothing of them', async (mode, state) => {
    const stage = running.stage()
    await stage.reset()
    const run = await running.plan(undefined, { options: { mode } })
    expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
    expect((await stage.rangesIn(mode)).toSorted()).toEqual(running.subjects().toSorted())
    expect(await stage.policyOf(mode)).toMatchObject({
      state,
      conditions: { users: { includeUsers: ['All'], excludeUsers: [stage.users[0]!.id] } },
      grantControls: { builtInControls: ['block'] },
    })
    expect(await revertActionRun(run)).toMatchObject({ state: 'reverted', targetsByState: { reverted: 3 } })
    expect([await stage.rangesIn(mode), await stage.policyOf(mode)]).toEqual([[], undefined])
  })

  it('enforces a range that was reported, and no other with it', async () => {
    const stage = running.stage()
    await stage.reset()
    const [one, two] = running.subjects()
    await executeActionRun(await running.plan([one!, two!], { options: {} }))
    const run = await running.plan([one!], enforce)
    await executeActionRun(run)
    const held = async () => [(await stage.rangesIn('report-only')).toSorted(), await stage.rangesIn('enforce')]
    expect(await held()).toEqual([[one, two].toSorted(), [one]])
    await revertActionRun(run)
    expect(await held()).toEqual([[one, two].toSorted(), []])
  })

  it.each(['namedLocations', 'policies'])('makes one of %s, also when the reply to it was lost', async (what) => {
    const stage = running.stage()
    await stage.reset()
    const run = await running.plan()
    await stage.strike({ match: { method: 'POST', path: `${what}$`, nth: 1 }, do: { dropAfterCommit: true } })
    expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 3 } })
    expect((await stage.rangesIn('enforce')).toSorted()).toEqual(running.subjects().toSorted())
  })

  it('says partly where Microsoft refuses the policy, and takes the location back', async () => {
    const stage = running.stage()
    await stage.reset()
    const body = { error: { code: 'BadRequest', message: '1039: Upgrade to a premium license and try again.' } }
    await stage.strike({ match: { method: 'POST', path: 'policies$' }, do: { status: 400, body } })
    const run = await running.plan([running.subjects()[0]!])
    expect(await executeActionRun(run)).toMatchObject({ state: 'partly' })
    const [{ reason } = {}] = await running.targets(run)
    expect(reason).toMatch(/nothing comes of it\. .*1039/)
    expect(await revertActionRun(run)).toMatchObject({ state: 'reverted' })
    expect(await stage.rangesIn('enforce')).toEqual([])
  })
}

function guarded(running: Running<IpRangeStage, string>): void {
  it.each([
    ['198.51.100.0/28', 'Offices'],
    ['192.0.0.0/16', 'Offices'],
    ['10.1.2.3/32', 'not public'],
    ['fe80::1/128', 'not public'],
    ['203.0.0.0/15', 'wider than /16'],
    ['2001:db8::/31', 'wider than /32'],
  ])('%s is left alone: %s', async (range, reason) => {
    const run = await running.plan([range, running.subjects()[0]!])
    const found = await running.targets(run)
    expect(found.find(({ address }) => address === range)).toMatchObject({
      state: 'protected',
      reason: expect.stringContaining(reason),
    })
    expect(await executeActionRun(run)).toMatchObject({ targetsByState: { protected: 1, verified: 1 } })
    expect(await running.stage().rangesIn('enforce')).not.toContain(range)
  })

  it('is everything while no break-glass account is named, and the error says where to name one', async () => {
    await running.stage().settle({ breakGlassUsers: [] })
    const refused = { code: 'REQUEST_INVALID', fix: expect.stringContaining('--break-glass') }
    await expect(running.plan()).rejects.toMatchObject(refused)
    await running.stage().settle({ breakGlassUsers: ['nobody@nowhere.example'] })
    await expect(running.plan()).rejects.toMatchObject({ ...refused, why: expect.stringContaining('nobody@nowhere') })
  })

  it('is everything once the last break-glass account is named no more after the plan', async () => {
    const run = await running.plan()
    await running.stage().settle({ breakGlassUsers: [] })
    expect(await executeActionRun(run)).toMatchObject({ state: 'failed', targetsByState: { failed: 3 } })
    expect(await running.stage().rangesIn('enforce')).toEqual([OTHER])
  })
}
