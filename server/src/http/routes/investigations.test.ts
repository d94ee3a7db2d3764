import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Investigation, InvestigationPeople, MailHits } from '@cordon/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { until } from '#app/testing/cordon-process.ts'
import { type Emulator, startEmulator } from '#connect/testing/start-emulator.ts'
import { allOf } from '#domain/mail-filter.ts'
import { connectCompany } from '#http/testing/connect-company.ts'
import { type Cordon, startCordon } from '#http/testing/start-cordon.ts'

/** Who did what with the phish, over HTTP, as the console asks for it. */

const Truth = z.object({
  internetMessageId: z.string(),
  recipients: z.array(z.string()),
  forwards: z.array(z.object({ from: z.string(), to: z.array(z.string()) })),
  reply: z.object({ from: z.string() }),
})
const Scenarios = z.object({ scenarios: z.array(z.object({ id: z.string(), truth: z.unknown() })) })

let emulator: Emulator
let cordon: Cordon
let folder: string
let tenant: string
let truth: z.infer<typeof Truth>

beforeAll(async () => {
  emulator = await startEmulator(['--scenario', 'phish-campaign', '--no-live', '--throttle', 'off'])
  folder = await mkdtemp(join(tmpdir(), 'cordon-people-'))
  cordon = await startCordon({ cloudFile: emulator.cloudFile, folder })
  ;({ tenant } = await connectCompany(cordon, emulator))
  const { scenarios } = Scenarios.parse(await emulator.request('/ground-truth/scenarios'))
  truth = Truth.parse(scenarios.find(({ id: each }) => each === 'phish-campaign')?.truth)
})
afterAll(async () => {
  await cordon?.stop()
  await emulator?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function start(more: object = {}): Promise<string> {
  const filter = allOf({ 'internet-message-id': truth.internetMessageId })
  const body = { name: 'Hunt', filter, targets: { kind: 'users', users: truth.recipients }, ...more }
  return String((await cordon.call('POST', `${tenant}/investigations`, { body })).body['id'])
}
const read = async (id: string) =>
  Investigation.parse((await cordon.call('GET', `${tenant}/investigations/${id}`)).body)
const peopleOf = async (id: string, query = '') =>
  InvestigationPeople.parse((await cordon.call('GET', `${tenant}/investigations/${id}/people${query}`)).body)
const followed = (id: string) =>
  until(
    () => read(id),
    ({ followUp }) => followUp?.state === 'done',
  )
const ended = (id: string) =>
  until(
    () => read(id),
    ({ state }) => state === 'done',
  )

describe('who did what', () => {
  it('is found out once the search has ended, where that was asked for', async () => {
    const id = await start({ followUp: true })
    const { hits, followUp } = await followed(id)
    const passedOn = truth.forwards.flatMap(({ to }) => to)
    expect(followUp).toMatchObject({ copies: 1 + truth.forwards.length + passedOn.length, unreached: 0 })
    expect(hits).toBe(23 + followUp!.copies)
    const { people, counts, unreached } = await peopleOf(id)
    expect(counts).toMatchObject({ people: 23 + passedOn.length, replied: 1, forwarded: truth.forwards.length })
    expect(unreached).toEqual([])
    const replier = people.find(({ userPrincipalName }) => userPrincipalName === truth.reply.from)
    expect(replier?.replied).toMatchObject({ is: 'yes', evidence: [expect.stringContaining('Sent a reply to')] })
    expect((await peopleOf(id, '?limit=2&offset=1')).people).toEqual(people.slice(1, 3))
    const list = MailHits.parse((await cordon.call('GET', `${tenant}/investigations/${id}/hits`)).body).hits
    expect(
      list
        .filter(({ foundBy }) => foundBy === 'forward')
        .map((hit) => hit.userPrincipalName)
        .sort(),
    ).toEqual(passedOn.sort())
  })

  it('is found out later where somebody who may asks then; again adds nothing', async () => {
    const id = await start()
    expect((await ended(id)).followUp).toBeUndefined()
    expect(await peopleOf(id)).toMatchObject({ people: [], counts: { people: 0 } })
    const ask = (token?: string) =>
      cordon.call('POST', `${tenant}/investigations/${id}/follow-up`, { ...(token && { token }) })
    expect((await ask(await cordon.token('viewer'))).status).toBe(403)
    expect(await ask()).toMatchObject({ status: 200, body: { followUp: { state: 'running' } } })
    const once = await followed(id)
    const first = await peopleOf(id)
    await ask()
    const twice = await until(
      () => read(id),
      ({ followUp }) => followUp!.askedAt > once.followUp!.askedAt && followUp!.state === 'done',
    )
    expect(twice.hits).toBe(once.hits)
    expect(twice.followUp!.copies).toBe(once.followUp!.copies)
    expect((await peopleOf(id)).people).toEqual(first.people)
  })

  it('goes on after a restart in the middle of it, and finds the same', async () => {
    const once = await followed(await start({ followUp: true }))
    await emulator.request('/faults', { match: { path: 'sentitems' }, do: { delayMs: 5000 } })
    const id = await start({ followUp: true })
    await until(
      () => read(id),
      ({ followUp }) => followUp?.state === 'running',
    )
    await cordon.stop()
    await emulator.request('/faults', undefined, 'DELETE')
    cordon = await startCordon({ cloudFile: emulator.cloudFile, folder })
    const after = await followed(id)
    expect([after.hits, after.followUp?.copies]).toEqual([once.hits, once.followUp?.copies])
  })

  it('is unknown of an investigation that there is not', async () => {
    const unknown = await cordon.call('POST', `${tenant}/investigations/nobody/follow-up`)
    expect(unknown).toMatchObject({ status: 404, body: { code: 'INVESTIGATION_NOT_FOUND' } })
    expect((await cordon.call('GET', `${tenant}/investigations/nobody/people`)).status).toBe(404)
  })
})
