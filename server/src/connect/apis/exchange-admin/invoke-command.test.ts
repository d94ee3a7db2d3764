import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { FAKE_TENANT, startFakeCloud, type Answer, type FakeCloud } from '#connect/testing/fake-cloud.ts'

import { invokePages, type Row } from './invoke-command.ts'

const PATH = `/adminapi/beta/${FAKE_TENANT}/InvokeCommand`
const CMDLET = {
  name: 'Get-QuarantineMessage',
  parameters: { ReleaseStatus: 'NOTRELEASED' },
  what: 'Could not list the quarantine.',
  role: 'Security Reader',
}

let fake: FakeCloud
beforeEach(async () => {
  fake = await startFakeCloud()
})
afterEach(() => fake.stop())

const answer = (value: unknown[], more: object = {}): Answer => ({
  json: { '@adminapi.warnings': [], value, ...more },
})
const rows = (count: number): Row[] => Array.from({ length: count }, (_, index) => ({ Identity: String(index) }))
const bodyOf = (index: number): unknown => JSON.parse(fake.requests[index]!.body)

async function invoke(cmdlet = {}): Promise<Row[]> {
  const found: Row[] = []
  for await (const page of invokePages(fake.client(), { ...CMDLET, ...cmdlet })) found.push(...page)
  return found
}

describe('a command of Exchange', () => {
  test('is asked for page by page, until one is not full, always at the same anchor', async () => {
    fake.answer(PATH, answer(rows(1000)), answer(rows(3)))
    expect(await invoke()).toHaveLength(1003)
    expect([bodyOf(0), bodyOf(1)]).toEqual(
      [1, 2].map((Page) => ({
        CmdletInput: {
          CmdletName: 'Get-QuarantineMessage',
          Parameters: { ReleaseStatus: 'NOTRELEASED', Page, PageSize: 1000 },
        },
      })),
    )
    const anchors = fake.requests.map(({ headers }) => headers['x-anchormailbox'])
    expect(anchors).toEqual(Array(2).fill(`APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@${FAKE_TENANT}`))
  })

  test('names the organization where it is known', async () => {
    fake.answer('/adminapi/beta/contoso.onmicrosoft.com/InvokeCommand', answer(rows(1)))
    expect(await invoke({ organization: 'contoso.onmicrosoft.com' })).toHaveLength(1)
    expect(fake.requests[0]?.headers['x-anchormailbox']).toMatch(/@contoso\.onmicrosoft\.com$/)
  })

  test('keeps numbers that a double cannot hold', async () => {
    const text = '{"RuleIdentity":15394007230974001153,"Size":48213,"Share":0.10}'
    fake.answer(PATH, { text: `{"value":[${text}]}` })
    expect((await invoke()).map((row) => JSON.stringify(row))).toEqual([text])
  })

  test('follows the address of more rows with the same body', async () => {
    const next = `${fake.cloud.login}${PATH}?%24skiptoken=2`
    fake.answer(
      PATH,
      answer(rows(2), { '@odata.nextLink': next, '@adminapi.warnings': ['There are more results.'] }),
      answer(rows(3)),
    )
    expect(await invoke()).toHaveLength(5)
    expect(fake.requests[1]?.url).toBe(`${PATH}?%24skiptoken=2`)
    expect(bodyOf(1)).toEqual(bodyOf(0))
  })

  test('that warns of rows left out is not taken for whole', async () => {
    fake.answer(PATH, answer(rows(2), { '@adminapi.warnings': ['There are more results. Raise ResultSize.'] }))
    await expect(invoke()).rejects.toMatchObject({
      code: 'CONNECT_REPLY_UNREADABLE',
      why: expect.stringContaining('Raise ResultSize.'),
    })
  })

  test('without the app role (401) names it, without a directory role (403 of zero bytes) names that', async () => {
    fake.answer(PATH, { text: '', status: 401 })
    await expect(invoke()).rejects.toMatchObject({
      code: 'CONNECT_PERMISSION_MISSING',
      fix: expect.stringContaining('Exchange.ManageAsApp'),
    })
    fake.answer(PATH, { text: '\0'.repeat(4096), status: 403 })
    await expect(invoke()).rejects.toMatchObject({
      code: 'CONNECT_PERMISSION_MISSING',
      fix: expect.stringContaining('Roles and administrators > Security Reader'),
    })
  })

  test.each([
    ['a command that cannot start', { internalexception: { message: 'Parameter set cannot be resolved.' } }, undefined],
    ['a command that failed', {}, [{ message: 'Ex6F9304|Some.Type|Parameter set cannot be resolved.' }]],
  ])('tells the reason that Exchange hides: %s', async (_, inner, details) => {
    const innererror = { message: 'Invalid Operation', type: 'X', ...inner }
    const error = { code: 'BadRequest', message: 'Invalid Operation', innererror, ...(details && { details }) }
    fake.answer(PATH, { status: 400, json: { error } })
    await expect(invoke()).rejects.toMatchObject({
      microsoft: { status: 400, code: 'BadRequest', message: 'Parameter set cannot be resolved.' },
    })
  })
})
