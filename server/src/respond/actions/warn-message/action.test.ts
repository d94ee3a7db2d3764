import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { planActionRun } from '#respond/plan.ts'
import { executeActionRun, revertActionRun } from '#respond/runner.ts'
import { openStage, type Stage } from '#respond/testing/stage.ts'
import { testAction } from '#respond/testing/test-action.ts'

import { warnMessage } from './action.ts'

testAction(warnMessage, {
  wanted: 'Phishing warning',
  look: async (stage, hit) => (await stage.marksOf(hit)).categories.join(', '),
  method: 'PATCH',
  path: '/messages/[^/]+$',
  permission: 'MailboxSettings.ReadWrite',
  again: 'already-done',
  whenMovedSince: 'reverted',
})

describe('a warning', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage()
  })
  afterAll(() => stage?.close())
  beforeEach(() => stage.reset())

  const run = async (options: Record<string, unknown>, hits = stage.hits.slice(0, 2)) => {
    const { records, clock, tenantId, investigationId, microsoft } = stage
    const targets = hits.map(({ id }) => id)
    const plan = {
      records,
      clock,
      tenantId,
      action: 'warn-message',
      investigationId,
      targets,
      options,
      createdBy: 'ana',
      open: async () => stage.microsoft,
    }
    const context = { records, clock, tenantId, microsoft, id: (await planActionRun(plan)).actionRun.id }
    return { context, ended: await executeActionRun(context) }
  }

  it('keeps the user’s categories, and gives its own a color in a mailbox that does not have it', async () => {
    const [hit] = stage.hits
    await stage.categorize(hit!, ['Blue category'])
    await run({ category: 'Verdacht auf Phishing ⚠', color: 'preset1' })
    expect((await stage.marksOf(hit!)).categories).toEqual(['Blue category', 'Verdacht auf Phishing ⚠'])
    expect(stage.lastBody('POST', '/outlook/masterCategories$')).toEqual({
      displayName: 'Verdacht auf Phishing ⚠',
      color: 'preset1',
    })
    const again = await run({ category: 'Verdacht auf Phishing ⚠' }, stage.hits.slice(0, 1))
    expect(again.ended.targetsByState).toEqual({ 'already-done': 1 })
  })

  it('goes back to exactly the categories that were there, and leaves what the user has added since', async () => {
    const [first, second] = stage.hits as [Stage['hits'][number], Stage['hits'][number]]
    await stage.categorize(first, ['Red category', 'Blue category'])
    const { context } = await run({})
    await stage.categorize(second, [...(await stage.marksOf(second)).categories, 'Green category'])
    expect(await revertActionRun(context)).toMatchObject({ state: 'reverted' })
    expect((await stage.marksOf(first)).categories).toEqual(['Red category', 'Blue category'])
    expect((await stage.marksOf(second)).categories).toEqual(['Green category'])
  })

  it('writes a banner above the text on request, and puts the text back to the character', async () => {
    const [hit] = stage.hits
    const before = await stage.marksOf(hit!)
    const { context, ended } = await run({ category: 'Do <not> click', banner: true })
    expect(ended).toMatchObject({ state: 'done', targetsByState: { verified: 2 } })
    const warned = (await stage.marksOf(hit!)).body.content
    expect(warned).toContain('cordon-warning')
    expect(warned).not.toContain('<not>')
    expect(await revertActionRun(context)).toMatchObject({ state: 'reverted' })
    expect(await stage.marksOf(hit!)).toMatchObject(before)
  })

  it('offers a banner only where date and permission allow', async () => {
    const { records, tenantId, investigationId } = stage
    const at = (day: string, roles: readonly string[], banner = true) =>
      planActionRun({
        records,
        clock: { now: () => Date.parse(day) },
        tenantId,
        action: 'warn-message',
        investigationId,
        options: { banner },
        createdBy: 'ana',
        open: async () => ({ ...stage.microsoft, grantedRoles: async () => [...roles] }),
      })
    const refused = expect.objectContaining({
      code: 'CONNECT_PERMISSION_MISSING',
      why: expect.stringContaining('Mail-Advanced.ReadWrite.All'),
    })
    await expect(at('2026-12-30T23:59:59Z', ['Mail.ReadWrite'])).resolves.toBeDefined()
    await expect(at('2026-12-31T00:00:00Z', ['Mail.ReadWrite'])).rejects.toThrow(refused)
    await expect(at('2026-12-31T00:00:00Z', ['Mail-Advanced.ReadWrite.All'])).resolves.toBeDefined()
    await expect(at('2027-06-01T00:00:00Z', ['Mail.ReadWrite'], false)).resolves.toBeDefined()
  })

  it('refuses settings that it does not have, all at once', async () => {
    const refused = expect.objectContaining({
      code: 'REQUEST_INVALID',
      why: expect.stringMatching(/category[^]*color/),
    })
    await expect(run({ category: 'x'.repeat(65), color: 'pink' })).rejects.toThrow(refused)
  })
})
