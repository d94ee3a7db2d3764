import { ActionRunDetail, type ActionRun } from '@cordon/api'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { until } from '#app/testing/cordon-process.ts'
import { type Emulator, startEmulator } from '#connect/testing/start-emulator.ts'
import { parseTenantId } from '#domain/ids.ts'
import { allOf } from '#domain/mail-filter.ts'
import { connectCompany } from '#http/testing/connect-company.ts'
import { type Cordon, startCordon } from '#http/testing/start-cordon.ts'

/** An analyst plans, a colleague approves, and the emulated company is rid of its phish: over HTTP, as the console does it. */

const Truth = z.object({
  internetMessageId: z.string(),
  recipients: z.array(z.object({ userId: z.string(), folder: z.string() })),
})

let emulator: Emulator
let cordon: Cordon
let tenant: string
let investigationId: string
/** API token of a second responder, Ben. */
let colleague: string

const truth = async () => Truth.parse(await emulator.request('/ground-truth/phish'))
const places = async () => (await truth()).recipients.map(({ folder }) => folder).toSorted()

beforeAll(async () => {
  emulator = await startEmulator(['--no-live', '--throttle', 'off'])
  cordon = await startCordon({ cloudFile: emulator.cloudFile, approvalFrom: 20 })
  ;({ tenant } = await connectCompany(cordon, emulator))
  const body = { name: 'ben', role: 'responder', password: 'correct horse' }
  await cordon.call('POST', '/users', { body })
  const ben = (await cordon.app.sessions.findByName('ben'))!
  colleague = (await cordon.app.apiTokens.create(ben, { name: 'test', role: 'responder', days: 1 })).token
})
afterAll(async () => {
  await cordon?.stop()
  await emulator?.stop()
})

beforeEach(async () => {
  await emulator.request('/reset', {})
  const { internetMessageId, recipients } = await truth()
  const started = await cordon.call('POST', `${tenant}/investigations`, {
    body: {
      name: 'The phish',
      filter: allOf({ 'internet-message-id': internetMessageId }),
      targets: { kind: 'users', users: recipients.map(({ userId }) => userId) },
    },
  })
  investigationId = String(started.body['id'])
  await until(
    () => cordon.call('GET', `${tenant}/investigations/${investigationId}`),
    ({ body: investigation }) => investigation['state'] === 'done',
  )
})

const post = (path: string, body: object = {}, token?: string) =>
  cordon.call('POST', `${tenant}/action-runs${path}`, { body, ...(token && { token }) })
async function plan(action: string, more: object = {}): Promise<ActionRun> {
  return ActionRunDetail.parse((await post('', { action, investigationId, ...more })).body).actionRun
}
async function ended(id: string): Promise<ActionRunDetail> {
  const read = async () => ActionRunDetail.parse((await cordon.call('GET', `${tenant}/action-runs/${id}`)).body)
  return until(read, ({ actionRun }) => actionRun.state !== 'running' && actionRun.state !== 'reverting')
}

describe('an analyst with a user to keep out', () => {
  /** Two of the victims: people without a role. */
  const victims = async () => (await truth()).recipients.slice(0, 2).map(({ userId }) => userId)
  const change = (id: string, settings: object) => cordon.call('PATCH', `/connections/${id}`, { body: { settings } })
  const locked = 'disable-user-and-revoke-sessions'

  it('plans on users alone, is told of protected ones, and confirms the others', async () => {
    const [one, two] = await victims()
    const { connectionId } = await plan('delete-message', { shadow: true })
    await change(connectionId, { breakGlassUsers: [one] })
    const users = { investigationId: undefined, targets: [one, two] }
    const { id, ...run } = await plan(locked, users)
    expect(run).toMatchObject({
      connectionId,
      targetKind: 'user',
      targetsByState: { planned: 1, protected: 1 },
      effect: 'Lock out 1 user (account disabled, sessions ended); 1 is protected and left alone. Cordon can undo it.',
      sample: [{ address: expect.stringContaining('@'), name: expect.any(String) }],
    })
    expect(run).not.toHaveProperty('investigationId')
    expect(run).not.toHaveProperty('mailboxesTotal')
    const both = await post(`/${id}/execute`, { confirmTargets: 2 })
    expect(both).toMatchObject({ status: 409, body: { code: 'ACTION_CONFIRMATION_WRONG' } })
    expect((await post(`/${id}/execute`, { confirmTargets: 1 })).status).toBe(200)
    const done = await ended(id)
    expect(done).toMatchObject({
      actionRun: { state: 'done', targetsByState: { verified: 1, protected: 1 } },
      summary: 'Locked out 1 user (account disabled, sessions ended); 1 protected.',
    })
    expect(done.targets.find(({ ref }) => ref === one)).toMatchObject({
      state: 'protected',
      reason: 'It is a break-glass account of the connection, which Cordon never acts on.',
    })
    await post(`/${id}/revert`)
    expect(await ended(id)).toMatchObject({
      actionRun: { state: 'reverted' },
      summary: 'Put back 1 user; 1 protected.',
    })
    const nobody = await plan(locked, { ...users, targets: [one] })
    const answer = await post(`/${nobody.id}/execute`, { confirmTargets: 0 })
    expect(answer).toMatchObject({ status: 409, body: { why: expect.stringContaining('protected') } })
    await change(connectionId, { breakGlassUsers: null })
  })

  it('is refused where nobody, somebody unknown, or a connection that is not there is named', async () => {
    const [one] = await victims()
    const asked = (more: object) => post('', { action: 'disable-user', ...more })
    const none = expect.objectContaining({ code: 'REQUEST_INVALID', why: 'No user is named.' })
    expect(await asked({})).toMatchObject({ status: 400, body: none })
    const stranger = await asked({ targets: ['nobody@nowhere.example'] })
    expect(stranger).toMatchObject({ status: 400, body: { why: expect.stringContaining('nobody@nowhere.example') } })
    const elsewhere = await asked({ targets: [one], connectionId: 'none' })
    expect(elsewhere).toMatchObject({ status: 404, body: { code: 'CONNECTION_NOT_FOUND' } })
    const mail = await post('', { action: 'delete-message' })
    expect(mail).toMatchObject({ status: 400, body: { why: expect.stringContaining('no investigation is named') } })
  })
})

describe('an analyst', () => {
  it('looks first, has a colleague approve, deletes, and gets the proof of every copy', async () => {
    const before = await places()
    const shadow = await plan('delete-message', { shadow: true })
    expect((await post(`/${shadow.id}/execute`, { confirmTargets: 23 })).status).toBe(200)
    const looked = await ended(shadow.id)
    expect(looked.summary).toBe('Would have removed 23 messages from 23 mailboxes. Nothing was changed.')
    expect(looked.actionRun).toMatchObject({ state: 'done', targetsByState: { 'would-change': 23 } })
    expect(await places()).toEqual(before)

    const { id, needsApproval, sample } = await plan('delete-message')
    expect(needsApproval).toBe(true)
    expect(sample).toHaveLength(10)
    const seen = { confirmTargets: 23 }
    expect(await post(`/${id}/execute`, seen)).toMatchObject({ status: 409, body: { code: 'ACTION_APPROVAL_MISSING' } })
    expect(await post(`/${id}/approve`, seen)).toMatchObject({ status: 403, body: { code: 'ACTION_APPROVER_SAME' } })
    expect(await post(`/${id}/approve`, seen, colleague)).toMatchObject({ status: 200, body: { decidedBy: 'ben' } })
    expect((await post(`/${id}/execute`, seen)).status).toBe(200)
    const done = await ended(id)
    expect(done.summary).toBe('Removed 23 messages from 23 mailboxes.')
    for (const target of done.targets) expect(target).toMatchObject({ state: 'verified', proof: expect.any(String) })
    expect(new Set(await places())).toEqual(new Set(['Purges']))
    expect(await post(`/${id}/revert`)).toMatchObject({ status: 409, body: { code: 'ACTION_NOT_REVERSIBLE' } })
  })

  it('takes back a soft deletion, to the folder where each message was', async () => {
    const before = await places()
    const { id } = await plan('soft-delete-message')
    await post(`/${id}/approve`, { confirmTargets: 23, note: 'Looks right.' }, colleague)
    await post(`/${id}/execute`, { confirmTargets: 23 })
    expect(await ended(id)).toMatchObject({ actionRun: { state: 'done', decisionNote: 'Looks right.' } })
    expect(new Set(await places())).toEqual(new Set(['Deletions']))
    await post(`/${id}/revert`)
    const undone = await ended(id)
    expect(undone).toMatchObject({ actionRun: { state: 'reverted' }, summary: 'Put back 23 messages in 23 mailboxes.' })
    expect(await places()).toEqual(before)
  })

  it('is told that a plan was rejected, and why', async () => {
    const { id } = await plan('delete-message')
    expect((await post(`/${id}/reject`, {}, colleague)).status).toBe(400)
    const note = 'This is our own newsletter.'
    expect(await post(`/${id}/reject`, { note }, colleague)).toMatchObject({
      body: { state: 'rejected', decidedBy: 'ben' },
    })
    const answer = await post(`/${id}/execute`, { confirmTargets: 23 })
    expect(answer).toMatchObject({ status: 409, body: { code: 'ACTION_STATE_WRONG' } })
    expect(await cordon.call('GET', `${tenant}/action-runs/${id}`)).toMatchObject({
      body: { actionRun: { decisionNote: note } },
    })
  })

  it('sees what each choice can do, with its settings and the truth about recoverability', async () => {
    const { body } = await cordon.call('GET', '/actions')
    const actions = body['actions'] as Record<string, unknown>[]
    for (const { recoverability } of actions) expect(recoverability).toMatch(/Cordon/)
    expect(actions.find(({ id }) => id === 'warn-message')).toMatchObject({
      options: { properties: { category: { default: 'Phishing warning' }, banner: { default: false } } },
    })
    expect(actions.find(({ id }) => id === 'remediate-message')).toMatchObject({
      notOfferedIn: { clouds: expect.arrayContaining(['gcc-high', 'dod', 'china']) },
    })
  })
})

describe('a link for an approver', () => {
  const seen = { confirmTargets: 23 }
  const linkTo = async (id: string, token?: string) =>
    cordon.call('GET', `${tenant}/action-runs/${id}/approval-link`, { ...(token && { token }) })
  const planned = async () => {
    const { id } = await plan('delete-message')
    return { id, proof: String((await linkTo(id)).body['proof']) }
  }

  it('leads to an approval by whoever has the right, and never by the planner', async () => {
    const { id, proof } = await planned()
    const by = (token?: string) => post(`/${id}/approve`, { ...seen, proof }, token)
    expect(await by()).toMatchObject({ status: 403, body: { code: 'ACTION_APPROVER_SAME' } })
    for (const role of ['viewer', 'analyst'] as const) {
      expect(await by(await cordon.token(role))).toMatchObject({ status: 403, body: { code: 'AUTH_RIGHT_MISSING' } })
    }
    expect(await by(colleague)).toMatchObject({ status: 200, body: { state: 'approved', decidedBy: 'ben' } })
    expect(await by(colleague)).toMatchObject({ status: 409, body: { code: 'ACTION_STATE_WRONG' } })
    expect(await linkTo(id)).toMatchObject({ status: 409, body: { code: 'ACTION_STATE_WRONG' } })
    const { body } = await cordon.call('GET', `/audit?action=action-run.approve&limit=1`)
    expect(JSON.stringify(body)).toContain('"linkMadeBy":"admin"')
  })

  it('is refused with what, why and fix when it was altered or is for another plan', async () => {
    const { id, proof } = await planned()
    const other = await planned()
    const altered = `${proof.slice(0, -8)}${proof.endsWith('AAAAAAAA') ? 'BBBBBBBB' : 'AAAAAAAA'}`
    for (const wrong of [altered, proof.slice(0, 40), '', 'x', other.proof]) {
      expect(await post(`/${id}/approve`, { ...seen, proof: wrong }, colleague)).toMatchObject({
        status: 403,
        body: {
          code: 'ACTION_LINK_WRONG',
          title: 'The plan was not approved.',
          why: expect.stringMatching(/./),
          fix: expect.stringContaining('new link'),
        },
      })
    }
    expect(await post(`/${id}/approve`, { ...seen, proof }, colleague)).toMatchObject({ status: 200 })
  })

  it('is worth nothing in another tenant', async () => {
    const { id, proof } = await planned()
    const elsewhere = parseTenantId('5b0c7a51-0d6f-4f0e-9a53-3f5f0f8f7a01')!
    await cordon.app.tenants.ensure(elsewhere, 'Elsewhere')
    const answer = await cordon.call('POST', `/tenants/${elsewhere}/action-runs/${id}/approve`, {
      body: { ...seen, proof },
      token: colleague,
    })
    expect(answer).toMatchObject({ status: 404, body: { code: 'ACTION_RUN_NOT_FOUND' } })
  })
})
