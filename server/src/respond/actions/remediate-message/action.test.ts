import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { planActionRun } from '#respond/plan.ts'
import { executeActionRun, type ActionRunContext } from '#respond/runner.ts'
import { openStage, type Stage } from '#respond/testing/stage.ts'
import { testAction } from '#respond/testing/test-action.ts'

import { remediateMessage } from './action.ts'

testAction(remediateMessage, {
  wanted: 'Purges',
  path: '/analyzedEmails/remediate$',
  permission: 'SecurityAnalyzedMessage.ReadWrite.All',
})

describe('a remediation', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage()
  })
  afterAll(() => stage?.close())
  beforeEach(() => stage.reset())

  const plan = async (options: Record<string, unknown> = {}): Promise<ActionRunContext> => {
    const { records, clock, tenantId, investigationId, microsoft } = stage
    const request = {
      records,
      clock,
      tenantId,
      action: 'remediate-message',
      investigationId,
      options,
      createdBy: 'ana',
      open: async () => stage.microsoft,
    }
    return { records, clock, tenantId, microsoft, id: (await planActionRun(request)).actionRun.id }
  }

  it('names all messages of a run in few requests, because a tenant may have only 50 under way', async () => {
    expect(await executeActionRun(await plan())).toMatchObject({ state: 'done', targetsByState: { verified: 23 } })
    expect(stage.requestsTo('POST', '/remediate$')).toBeLessThan(4)
  })

  it('leaves messages in Recoverable Items when asked to', async () => {
    expect(await executeActionRun(await plan({ depth: 'softDelete' }))).toMatchObject({ state: 'done' })
    expect(await stage.placeOf(stage.hits[0]!)).toBe('Deletions')
  })

  it('is not done when Microsoft has accepted it: it is pending until the mailbox shows it', async () => {
    const accepted = { status: 202, headers: { location: 'https://security.microsoft.com/action-center/history' } }
    await stage.strike({ match: { path: '/remediate$' }, do: accepted })
    const run = await plan()
    let waits = 0
    const wait = async () => {
      waits += 1
      // What Defender does later, as the user would see it.
      if (waits === 30) await Promise.all(stage.hits.map((hit) => stage.purge(hit)))
      if (waits > 1) return
      const { targetsByState } = (await run.records.actionRuns.read(run.tenantId, run.id))!
      expect(targetsByState).toMatchObject({ executed: expect.any(Number) })
      expect(targetsByState.verified).toBeUndefined()
    }
    expect(await executeActionRun({ ...run, wait })).toMatchObject({ state: 'done', targetsByState: { verified: 23 } })
  })

  it('fails in the end what never shows, and does not ask twice after a crash', async () => {
    await stage.strike({ match: { path: '/remediate$' }, do: { status: 202 } })
    const run = await plan()
    const dead = new Error('Died waiting.')
    await expect(executeActionRun({ ...run, wait: () => Promise.reject(dead) })).rejects.toThrow(dead)
    const ended = await executeActionRun({ ...run, wait: async () => {} })
    expect(ended).toMatchObject({ state: 'failed', targetsByState: { failed: 23 } })
    for (const { address } of await run.records.actionRuns.targets(run.tenantId, run.id)) {
      expect({ address, asked: stage.requestsTo('POST', '/remediate$', `"${address}"`) }).toEqual({ address, asked: 1 })
    }
  })

  it('says what to use instead where the tenant lacks the license', async () => {
    const message = 'The tenant does not have the license that this request needs.'
    await stage.strike({
      match: { path: '/remediate$' },
      do: { status: 403, body: { error: { code: 'Forbidden', message } } },
    })
    const run = await plan()
    expect(await executeActionRun(run)).toMatchObject({ state: 'failed' })
    const [target] = await run.records.actionRuns.targets(run.tenantId, run.id)
    expect(target!.reason).toContain(message)
    expect(target!.reason).toContain('delete-message')
  })
})
