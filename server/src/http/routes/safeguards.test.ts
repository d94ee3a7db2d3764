import { ActionRunDetail, Safeguards } from '@cordon/api'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'

import { until } from '#app/testing/cordon-process.ts'
import { type Emulator, startEmulator } from '#connect/testing/start-emulator.ts'
import { connectCompany } from '#http/testing/connect-company.ts'
import { type Cordon, startCordon } from '#http/testing/start-cordon.ts'

/** All acting is stopped and goes on, over HTTP and through the queue of work, against the emulated company. */

const Truth = z.object({ recipients: z.array(z.object({ userId: z.string() })) })

let emulator: Emulator
let cordon: Cordon
let tenant: string
beforeAll(async () => {
  emulator = await startEmulator(['--no-live', '--throttle', 'off', '--consistency', 'strong'])
  cordon = await startCordon({ cloudFile: emulator.cloudFile })
  ;({ tenant } = await connectCompany(cordon, emulator))
})
afterAll(async () => {
  await cordon?.stop()
  await emulator?.stop()
})

const post = (path: string, body: object = {}) => cordon.call('POST', path, { body })
const safeguards = async () => Safeguards.parse((await cordon.call('GET', `${tenant}/safeguards`)).body)
const read = async (id: string) =>
  ActionRunDetail.parse((await cordon.call('GET', `${tenant}/action-runs/${id}`)).body).actionRun
async function plan() {
  const { recipients } = Truth.parse(await emulator.request('/ground-truth/phish'))
  const targets = recipients.slice(0, 2).map(({ userId }) => userId)
  const { body } = await post(`${tenant}/action-runs`, { action: 'disable-user', targets })
  return ActionRunDetail.parse(body).actionRun
}

it('shows who stopped what and why, and refuses to begin anything until it is lifted', async () => {
  expect(await safeguards()).toEqual({ stops: [], shadowActions: [] })
  expect(await post('/acting/stop', { reason: 'A key was stolen.' })).toMatchObject({ status: 204 })
  expect((await safeguards()).stops).toMatchObject([
    { reason: 'A key was stolen.', stoppedBy: cordon.administrator.name },
  ])
  const { id } = await plan()
  const refusal = await post(`${tenant}/action-runs/${id}/execute`, { confirmTargets: 2 })
  expect(refusal).toMatchObject({ status: 409, body: { code: 'ACTION_ACTING_STOPPED' } })
  expect(await post('/acting/stop', { reason: ' ' })).toMatchObject({ status: 400 })
  expect(await post('/acting/resume')).toMatchObject({ status: 204 })
  expect(await post('/acting/resume')).toMatchObject({ status: 409, body: { code: 'ACTION_STOP_WRONG' } })
})

it('lets a run that a stop caught on its way come to its end once it is lifted', async () => {
  const { id } = await plan()
  // Slow enough that the stop comes before the second look of the run at where it stands.
  const slow = { match: { path: '/users/' }, do: { delayMs: 500 } }
  await emulator.request('/faults', slow)
  await post(`${tenant}/action-runs/${id}/execute`, { confirmTargets: 2 })
  await post(`${tenant}/acting/stop`, { reason: 'The list is wrong.' })
  await emulator.request('/faults', undefined, 'DELETE')
  await post(`${tenant}/acting/resume`)
  const ended = await until(
    () => read(id),
    ({ state }) => state !== 'running',
  )
  expect(ended).toMatchObject({ state: 'done', targetsByState: { verified: 2 } })
})

it('lets the tenant say which actions only run as shadow', async () => {
  const change = (shadowActions: string[]) => cordon.call('PATCH', `${tenant}/safeguards`, { body: { shadowActions } })
  expect(await change(['disable-user'])).toMatchObject({ status: 200, body: { shadowActions: ['disable-user'] } })
  expect(await plan()).toMatchObject({ shadow: true })
  expect(await change(['delete-everything'])).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } })
  expect(await change([])).toMatchObject({ body: { shadowActions: [] } })
  expect(await plan()).toMatchObject({ shadow: false })
})
