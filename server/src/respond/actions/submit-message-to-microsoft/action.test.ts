import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { planActionRun } from '#respond/plan.ts'
import { executeActionRun, type ActionRunContext } from '#respond/runner.ts'
import { openStage, type Stage } from '#respond/testing/stage.ts'
import { testAction } from '#respond/testing/test-action.ts'

import { submitMessageToMicrosoft } from './action.ts'

const PATH = '/threatSubmission/emailThreats$'

testAction(submitMessageToMicrosoft, {
  wanted: 'phishing',
  look: async (stage, hit) => (await stage.submissionsOf(hit)).join(' and ') || 'not submitted',
  path: PATH,
  lossy: PATH,
  permission: 'ThreatSubmission.ReadWrite.All',
  again: 'already-done',
  lie: { status: 201, body: { id: '00000000-0000-0000-0000-000000000000', status: 'notStarted' } },
})

describe('a submission', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage()
  })
  afterAll(() => stage?.close())
  beforeEach(() => stage.reset())

  const plan = async (category?: string): Promise<ActionRunContext> => {
    const { records, clock, tenantId, microsoft, hits } = stage
    const { actionRun } = await planActionRun({
      records,
      clock,
      tenantId,
      action: 'submit-message-to-microsoft',
      ...stage.request(hits.slice(0, 1)),
      ...(category !== undefined && { options: { category } }),
      createdBy: 'ana',
      open: async () => microsoft,
    })
    return { records, clock, tenantId, microsoft, id: actionRun.id, wait: async () => {} }
  }
  const proof = async (run: ActionRunContext) =>
    (await stage.records.actionRuns.targets(stage.tenantId, run.id))[0]!.proof

  it.each(['phishing', 'malware', 'spam', 'notJunk'])('is made as %s when that is asked for', async (category) => {
    expect(await executeActionRun(await plan(category))).toMatchObject({ state: 'done' })
    expect(await stage.submissionsOf(stage.hits[0]!)).toEqual([category])
  })

  it('is made again as something else, and not again as the same', async () => {
    await executeActionRun(await plan('spam'))
    await executeActionRun(await plan('phishing'))
    expect(await executeActionRun(await plan('spam'))).toMatchObject({ targetsByState: { 'already-done': 1 } })
    expect((await stage.submissionsOf(stage.hits[0]!)).toSorted()).toEqual(['phishing', 'spam'])
  })

  it('is named with what Microsoft says of it so far, and later with what Microsoft has found out', async () => {
    const run = await plan()
    await executeActionRun(run)
    expect(await proof(run)).toMatch(/submission \S+ as phishing; it is notStarted: underInvestigation/)
    await stage.pass(600_000)
    const later = await plan()
    await executeActionRun(later)
    expect(await proof(later)).toMatch(/it is succeeded: phishing.*before Cordon acted/)
  })

  it('is refused for a category that Microsoft does not have', async () => {
    await expect(plan('bad')).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
  })
})
