import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { clientOf } from '#testing/client.ts'
import { RELEASES_WITHIN } from '#world/mail/quarantine.ts'
import { startEmulator } from '#index.ts'
import type { Answer, Client, Json } from '#testing/client.ts'
import type { Emulator } from '#index.ts'

const AUDIENCE = 'https://outlook.office365.com'
const EXCHANGE_ADMINISTRATOR = '29232cdf-9323-42fd-ade2-1d097af3e4de'
const SECURITY_ADMINISTRATOR = '194ae4cb-b126-40b2-bd5b-6091b380977d'
const SECURITY_READER = '5d6b6bb7-de71-4623-b4af-96380a352509'
const GLOBAL_READER = 'f2ef992c-3afb-46b9-b7cf-a126ee74c451'

let emulator: Emulator
let client: Client
let run: Run
let someone: string
let another: string

type Run = (name: string, parameters?: object, headers?: Record<string, string>) => Promise<Answer>

async function runAs(
  directoryRoles: readonly string[],
  roles: readonly string[] = ['Exchange.ManageAsApp'],
): Promise<Run> {
  const ask = await client.withRoles(roles, AUDIENCE, directoryRoles)
  return (CmdletName, Parameters = {}, headers = {}) =>
    ask(path(), { method: 'POST', body: { CmdletInput: { CmdletName, Parameters } }, headers })
}

const path = (operation = 'InvokeCommand', version = 'beta') => `/adminapi/${version}/${client.tenant.id}/${operation}`

beforeAll(async () => {
  emulator = await startEmulator({ live: 'off', scenarios: ['phish-campaign'] })
  client = clientOf(emulator)
})
beforeEach(async () => {
  await client.send('/_emu/reset', { method: 'POST' })
  run = await runAs([EXCHANGE_ADMINISTRATOR])
  const [first, second] = [...(await run('Get-Mailbox', { ResultSize: 30 })).json['value']!].slice(20)
  someone = String(first!['UserPrincipalName'])
  another = String(second!['UserPrincipalName'])
})
afterAll(async () => {
  client.close()
  await emulator.stop()
})

const rows = async (name: string, parameters?: object): Promise<Json[]> => {
  const answer = await run(name, parameters)
  expect([answer.status, answer.status === 200 ? '' : answer.body.toString()]).toEqual([200, ''])
  return [...answer.json['value']!]
}

const problemOf = (answer: Answer): string => {
  const error = answer.json['error']!
  return String(error['innererror']!['internalexception']?.['message'] ?? error['details']![0]!['message'])
}

const advance = (advanceMs: number) => client.send('/_emu/clock', { method: 'POST', body: { advanceMs } })

/** Records of the audit feed that were left since the reset, by operation. */
async function audited(contentType: string, operation: string): Promise<Json[]> {
  await client.activity(`${client.feed}/subscriptions/start?contentType=${contentType}`, { method: 'POST', body: '' })
  await advance(60_000)
  const found: Json[] = []
  let next: string | undefined = `${client.feed}/subscriptions/content?contentType=${contentType}`
  while (next) {
    const page: Answer = await client.activity(next)
    const recent = [...page.json].slice(-5)
    for (const blob of recent) found.push(...(await client.activity(String(blob['contentUri']))).json)
    next = page.headers['nextpageuri']
  }
  return found.filter((record) => String(record['Operation']) === operation)
}

describe('exchange admin', () => {
  behavior('captured', 'shows what is no text with a companion key, times with seven digits', async () => {
    const [row] = await rows('Get-QuarantineMessage', { PageSize: 1 })
    expect(row).toMatchObject({
      'ReceivedTime@data.type': 'System.DateTime',
      'Size@data.type': 'System.Int32',
      'RecipientAddress@odata.type': '#Collection(String)',
      ReleaseStatus: 'NOTRELEASED',
      CustomData: null,
    })
    expect(row!['ReceivedTime']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}\+00:00$/)
    expect(row).not.toHaveProperty('Released@data.type')
  })

  behavior('captured', 'gives no warnings as an empty list beside the rows', async () => {
    const answer = await run('Get-AcceptedDomain')
    expect(answer.json).toMatchObject({
      '@odata.context': expect.stringContaining('/$metadata#Collection(Exchange.GenericHashTable)') as unknown,
      'adminapi.warnings@odata.type': '#Collection(String)',
      '@adminapi.warnings': [],
    })
    expect(answer.json).not.toHaveProperty('@odata.nextLink')
  })

  behavior('captured', 'writes the number of a rule as a bare one that a double cannot hold', async () => {
    const { body } = await run('Get-InboxRule', { Mailbox: someone, IncludeHidden: true })
    const [, digits] = /"RuleIdentity":(\d+)[,}]/.exec(body.toString())!
    expect(BigInt(digits!)).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER))
    expect(body.toString()).toContain(`\\\\${digits}"`)
  })

  behavior('third-party code', 'shows only the properties selected', async () => {
    const ask = await client.withRoles(['Exchange.ManageAsApp'], AUDIENCE, [EXCHANGE_ADMINISTRATOR])
    const body = { CmdletInput: { CmdletName: 'Get-Mailbox', Parameters: { Identity: someone } } }
    const answer = await ask(`${path()}?$select=UserPrincipalName,emailaddresses`, { method: 'POST', body })
    expect(Object.keys(answer.json['value']![0]!)).toEqual([
      'UserPrincipalName',
      'EmailAddresses@odata.type',
      'EmailAddresses',
    ])
  })

  behavior(
    'captured',
    'says Invalid Operation about a wrong member of an enumeration and lists the right ones',
    async () => {
      const answer = await run('Get-QuarantineMessage', { QuarantineTypes: 'Nonsense' })
      expect(answer.status).toBe(400)
      expect(answer.json['error']).toMatchObject({ code: 'BadRequest', message: 'Invalid Operation' })
      expect(answer.json['error']).not.toHaveProperty('details')
      expect(answer.json['error']!['innererror']!['internalexception']).toMatchObject({
        type: 'Microsoft.Exchange.AdminApi.CommandInvocation.ParameterTransformationException',
        message: expect.stringContaining('Spam, TransportRule, Bulk, Phish, HighConfPhish') as unknown,
      })
    },
  )

  behavior('captured', 'names a parameter that does not exist, behind the type of the exception', async () => {
    const answer = await run('Get-QuarantineMessage', { Bogus: 1 })
    expect(answer.json['error']!['details']![0]).toEqual({
      code: 'Client',
      target: '',
      message:
        '|Microsoft.Exchange.AdminApi.CommandInvocation.AmbiguousParameterSetException|Parameter set cannot be resolved using the specified named parameters. Invalid cmdlet parameters specified. Bogus',
    })
  })

  behavior('captured', 'takes the beginning of a member for the member', async () => {
    expect(await rows('Get-QuarantineMessage', { QuarantineTypes: 'File' })).toEqual([])
    const spam = await rows('Get-QuarantineMessage', { QuarantineTypes: 'spa', PageSize: 5 })
    expect(new Set(spam.map((row) => row['QuarantineTypes']))).toEqual(new Set(['Spam']))
  })

  behavior('third-party code', 'says Error executing cmdlet about an object that does not exist', async () => {
    const answer = await run('Get-Mailbox', { Identity: 'nobody@harborfinch.example' })
    expect(answer.status).toBe(404)
    expect(answer.json['error']).toMatchObject({ code: 'NotFound', message: 'Error executing cmdlet' })
    expect(answer.json['error']!['details']![0]!['message']).toMatch(
      /^Ex6F9304\|Microsoft\.Exchange\.Configuration\.Tasks\.ManagementObjectNotFoundException\|The operation couldn't be performed because object 'nobody@harborfinch.example' couldn't be found on '/,
    )
  })

  behavior('inferred', 'runs several commands of a batch, each with its own status', async () => {
    const ask = await client.withRoles(['Exchange.ManageAsApp'], AUDIENCE, [EXCHANGE_ADMINISTRATOR])
    const part = (id: string, CmdletName: string, Parameters = {}) => ({
      id,
      method: 'POST',
      url: `${AUDIENCE}${path()}`,
      headers: { 'X-CmdletName': CmdletName },
      body: { CmdletInput: { CmdletName, Parameters } },
    })
    const body = { requests: [part('a', 'Get-AcceptedDomain'), part('b', 'Get-Mailbox', { Identity: 'x' })] }
    const answer = await ask(path('$batch'), { method: 'POST', body })
    expect([...answer.json['responses']!].map((each) => [each['id'], each['status']])).toEqual([
      ['a', 200],
      ['b', 404],
    ])
  })

  behavior('documentation', 'has six endpoints of version 2.0, with a role of their own', async () => {
    const ask = await client.withRoles(['Exchange.ManageAsAppV2'], AUDIENCE, [EXCHANGE_ADMINISTRATOR])
    const body = (CmdletName: string) => ({ CmdletInput: { CmdletName, Parameters: {} } })
    const endpoint = (name: string, cmdlet: string) =>
      ask(path(name, 'v2.0'), { method: 'POST', mayBeMissing: true, body: body(cmdlet) })
    expect((await endpoint('AcceptedDomain', 'Get-AcceptedDomain')).status).toBe(200)
    expect((await endpoint('AcceptedDomain', 'Get-QuarantineMessage')).status).toBe(400)
    expect((await endpoint('QuarantineMessage', 'Get-QuarantineMessage')).status).toBe(501)
    expect((await ask(path(), { method: 'POST', body: body('Get-AcceptedDomain') })).status).toBe(401)
  })

  it.each([
    ['no JSON', 'abc', 400],
    ['a list', '[]', 400],
    ['no command', '{"CmdletInput":{}}', 400],
    ['parameters that are null', '{"CmdletInput":{"CmdletName":"Get-Mailbox","Parameters":null}}', 400],
    ['parameters that are a list', '{"CmdletInput":{"CmdletName":"Get-Mailbox","Parameters":[1]}}', 400],
    ['an object for text', '{"CmdletInput":{"CmdletName":"Get-Mailbox","Parameters":{"Identity":{"a":1}}}}', 400],
    [
      'an object that cannot be text',
      '{"CmdletInput":{"CmdletName":"Set-OrganizationConfig","Parameters":{"AuditDisabled":{"toString":1}}}}',
      400,
    ],
    ['a path for an identity', '{"CmdletInput":{"CmdletName":"Get-Mailbox","Parameters":{"Identity":"../../x"}}}', 404],
    ['the prototype', '{"CmdletInput":{"CmdletName":"__proto__","Parameters":{"__proto__":1}}}', 403],
    ['a size that is text', '{"CmdletInput":{"CmdletName":"Get-Mailbox","Parameters":{"ResultSize":"many"}}}', 400],
    ['a broken filter', '{"CmdletInput":{"CmdletName":"Get-Mailbox","Parameters":{"Filter":"Alias -eq"}}}', 400],
    [
      'a deep filter',
      `{"CmdletInput":{"CmdletName":"Get-Mailbox","Parameters":{"Filter":"${'('.repeat(5000)}"}}}`,
      400,
    ],
    ['a date that is none', '{"CmdletInput":{"CmdletName":"Get-MessageTraceV2","Parameters":{"StartDate":"x"}}}', 400],
    ['a command not built', '{"CmdletInput":{"CmdletName":"Get-RemoteDomain","Parameters":{}}}', 501],
    [
      'a parameter not built',
      '{"CmdletInput":{"CmdletName":"Set-Mailbox","Parameters":{"Identity":"x","Type":"Shared"}}}',
      501,
    ],
  ])('refuses %s in its own words', async (_, text, status) => {
    const ask = await client.withRoles(['Exchange.ManageAsApp'], AUDIENCE, [EXCHANGE_ADMINISTRATOR])
    const answer = await ask(path(), {
      method: 'POST',
      mayBeMissing: status === 501,
      body: text,
      headers: { 'content-type': 'application/json' },
    })
    const explained =
      status === 403 ? answer.body.every((byte) => byte === 0) : answer.json['error']!['code'] !== undefined
    expect([answer.status, explained]).toEqual([status, true])
  })
})

describe('exchange admin access', () => {
  behavior('captured', 'is refused without the app role', async () => {
    const without = await runAs([EXCHANGE_ADMINISTRATOR], ['IMAP.AccessAsApp'])
    expect((await without('Get-Mailbox')).status).toBe(401)
    const nobody = await client.send(path(), { method: 'POST', body: {} })
    expect([nobody.status, nobody.headers['www-authenticate']?.slice(0, 6)]).toEqual([401, 'Bearer'])
  })

  behavior(
    'captured',
    'without a directory role, or to a command unknown to it, is refused by zero bytes',
    async () => {
      const withoutRole = await runAs([])
      const refused = [await withoutRole('Get-Mailbox'), await run('Get-Nonsense')]
      for (const { status, body } of refused) {
        expect(status).toBe(403)
        expect([body.length > 0, body.every((byte) => byte === 0)]).toEqual([true, true])
      }
    },
  )

  behavior(
    'documentation',
    'to quarantine and lists is given by Security Administrator, to mailboxes only to look',
    async () => {
      const security = await runAs([SECURITY_ADMINISTRATOR])
      const ask = async (name: string, parameters: object) => (await security(name, parameters)).status
      expect(
        await ask('New-TenantAllowBlockListItems', { ListType: 'Sender', Block: true, Entries: ['bad.example'] }),
      ).toBe(200)
      expect(await ask('Get-Mailbox', { Identity: someone })).toBe(200)
      expect(await ask('Set-Mailbox', { Identity: someone, AuditEnabled: false })).toBe(403)
    },
  )

  behavior('documentation', 'to inbox rules is not given by Global Reader', async () => {
    const reader = await runAs([GLOBAL_READER])
    expect((await reader('Get-Mailbox', { Identity: someone })).status).toBe(200)
    expect((await reader('Get-InboxRule', { Mailbox: someone })).status).toBe(403)
    expect((await reader('Release-QuarantineMessage', { Identity: 'x', ReleaseToAll: true })).status).toBe(403)
  })

  behavior('captured', 'to the entity type of quarantined things is not given by Security Reader', async () => {
    const reader = await runAs([SECURITY_READER])
    expect((await reader('Get-QuarantineMessage', { PageSize: 1 })).status).toBe(200)
    expect((await reader('Get-QuarantineMessage', { PageSize: 1, EntityType: 'Email' })).status).toBe(403)
  })
})

describe('exchange mailboxes', () => {
  behavior('captured', 'that are more than asked for come with a warning and a next link', async () => {
    const answer = await run('Get-Mailbox', { ResultSize: 1 })
    expect(answer.json['@adminapi.warnings']![0]).toMatch(
      /^There are more results available than are currently displayed/,
    )
    expect(answer.json['@odata.nextLink']).toContain('InvokeCommand?%24skiptoken=')
  })

  behavior(
    'third-party code',
    'are all read by sending the same again to the next link, with the same anchor',
    async () => {
      const ask = await client.withRoles(['Exchange.ManageAsApp'], AUDIENCE, [EXCHANGE_ADMINISTRATOR])
      const body = { CmdletInput: { CmdletName: 'Get-Mailbox', Parameters: { ResultSize: 'Unlimited' } } }
      const headers = { 'X-AnchorMailbox': 'APP:SystemMailbox{x}@y', Prefer: 'odata.maxpagesize=100' }
      const names: string[] = []
      let next: string | undefined = path()
      while (next) {
        const page: Answer = await ask(next, { method: 'POST', body, headers })
        expect(page.status).toBe(200)
        names.push(...[...page.json['value']!].map((row) => String(row['UserPrincipalName'])))
        next = page.json['@odata.nextLink'] as unknown as string | undefined
      }
      expect([names.length, new Set(names).size]).toEqual([226, 226])
    },
  )

  behavior('captured', 'refuse a next link without its anchor, of another command, or half an hour old', async () => {
    const ask = await client.withRoles(['Exchange.ManageAsApp'], AUDIENCE, [EXCHANGE_ADMINISTRATOR])
    const body = { CmdletInput: { CmdletName: 'Get-Mailbox', Parameters: { ResultSize: 5 } } }
    const headers = { 'X-AnchorMailbox': 'a@b' }
    const next = String((await ask(path(), { method: 'POST', body, headers })).json['@odata.nextLink'])
    const other = { CmdletInput: { CmdletName: 'Get-Mailbox', Parameters: { ResultSize: 6 } } }
    const answers = [
      await ask(next, { method: 'POST', body }),
      await ask(next, { method: 'POST', body: other, headers }),
      await ask(`${path()}?$skiptoken=abc`, { method: 'POST', body, headers }),
    ]
    expect((await ask(next, { method: 'POST', body, headers })).status).toBe(200)
    await advance(31 * 60_000)
    answers.push(await ask(next, { method: 'POST', body, headers }))
    for (const answer of answers)
      expect([answer.status, problemOf(answer)]).toEqual([
        400,
        'Expired or Invalid pagination request. Default Expiry time is 00:30:00',
      ])
  })

  behavior('documentation', 'are filtered by OPATH', async () => {
    await run('Set-Mailbox', { Identity: someone, ForwardingSmtpAddress: 'out@bad.example' })
    const found = await rows('Get-Mailbox', { Filter: "ForwardingSmtpAddress -ne $null -and Alias -notlike 'zz*'" })
    expect(found.map((row) => row['UserPrincipalName'])).toEqual([someone])
    expect(
      await rows('Get-Mailbox', { Filter: "-not (Alias -like '*') -or RecipientTypeDetails -eq 'RoomMailbox'" }),
    ).toEqual([])
  })

  behavior('documentation', 'are forwarded by an administrator, and no more', async () => {
    const forwarding = async () => {
      const [row] = await rows('Get-Mailbox', { Identity: someone })
      return [row!['ForwardingSmtpAddress'], row!['DeliverToMailboxAndForward']]
    }
    await run('Set-Mailbox', {
      Identity: someone,
      ForwardingSmtpAddress: 'smtp:out@bad.example',
      DeliverToMailboxAndForward: true,
    })
    expect(await forwarding()).toEqual(['smtp:out@bad.example', true])
    await run('Set-Mailbox', { Identity: someone, ForwardingSmtpAddress: null, DeliverToMailboxAndForward: false })
    expect(await forwarding()).toEqual([null, false])
    const again = await run('Set-Mailbox', { Identity: someone, ForwardingSmtpAddress: null })
    expect(again.json['@adminapi.warnings']![0]).toMatch(/^The command completed successfully but no settings of/)
  })

  behavior('documentation', 'leave a record of each change in the audit feed', async () => {
    await run('Set-Mailbox', { Identity: someone, ForwardingSmtpAddress: 'out@bad.example' })
    const record = (await audited('Audit.Exchange', 'Set-Mailbox')).find((each) => Number(each['UserType']) === 5)
    expect(record).toMatchObject({
      RecordType: 1,
      Workload: 'Exchange',
      Parameters: [
        { Name: 'Identity', Value: someone },
        { Name: 'ForwardingSmtpAddress', Value: 'out@bad.example' },
      ],
    })
  })

  behavior('documentation', 'are opened to others and closed again', async () => {
    const users = async () =>
      (await rows('Get-MailboxPermission', { Identity: someone })).map((row) => String(row['User']))
    const right = { Identity: someone, User: another, AccessRights: ['FullAccess'] }
    expect(await users()).toEqual(['NT AUTHORITY\\SELF'])
    await run('Add-MailboxPermission', right)
    expect(await users()).toEqual(['NT AUTHORITY\\SELF', another])
    await run('Remove-MailboxPermission', right)
    expect(await users()).toEqual(['NT AUTHORITY\\SELF'])
    await run('Add-RecipientPermission', { Identity: someone, Trustee: another, AccessRights: 'SendAs' })
    expect((await rows('Get-RecipientPermission', { Identity: someone, Trustee: another }))[0]).toMatchObject({
      Trustee: another,
      AccessRights: ['SendAs'],
    })
  })

  behavior('third-party code', 'take hashtables for what is added to a list and removed from it', async () => {
    const table = (change: object) => ({ '@odata.type': '#Exchange.GenericHashTable', ...change })
    const delegates = async () => [...(await rows('Get-Mailbox', { Identity: someone }))[0]!['GrantSendOnBehalfTo']!]
    await run('Set-Mailbox', { Identity: someone, GrantSendOnBehalfTo: table({ Add: [another] }) })
    expect(await delegates()).toHaveLength(1)
    await run('Set-Mailbox', { Identity: someone, GrantSendOnBehalfTo: table({ Remove: another }) })
    expect(await delegates()).toEqual([])
  })

  it('are named by object id, alias and display name as well', async () => {
    const [row] = await rows('Get-Mailbox', { Identity: someone })
    for (const name of ['ExternalDirectoryObjectId', 'Alias', 'DisplayName', 'LegacyExchangeDN'])
      expect((await rows('Get-Mailbox', { Identity: row![name] }))[0]!['UserPrincipalName']).toBe(someone)
  })

  it('tell how much is in them and in their folders', async () => {
    const [whole] = await rows('Get-MailboxStatistics', { Identity: someone })
    const folders = await rows('Get-MailboxFolderStatistics', { Identity: someone })
    const visible = folders.filter((row) => !String(row['FolderPath']).startsWith('/Recoverable Items'))
    const sum = visible.reduce((total, row) => total + Number(row['ItemsInFolder']), 0)
    expect(Number(whole!['ItemCount'])).toBe(sum)
    expect(whole!['TotalItemSize']).toMatch(/^[\d.]+ [KM]B \([\d,]+ bytes\)$/)
  })
})

describe('exchange recipients', () => {
  behavior('documentation', 'are people, guests and groups', async () => {
    const kinds = async (RecipientTypeDetails: string) => (await rows('Get-Recipient', { RecipientTypeDetails })).length
    expect(await kinds('SharedMailbox')).toBe(6)
    expect(await kinds('GuestMailUser')).toBe(2)
    expect(await kinds('MailUniversalDistributionGroup')).toBeGreaterThan(1)
    expect((await rows('Get-Recipient', { Identity: someone }))[0]).toMatchObject({
      RecipientTypeDetails: 'UserMailbox',
    })
  })

  behavior('documentation', 'of a distribution group are listed one level deep', async () => {
    const [group] = await rows('Get-DistributionGroup', { Identity: 'Leadership' })
    expect(group).toMatchObject({ GroupType: 'Universal', RecipientTypeDetails: 'MailUniversalDistributionGroup' })
    const members = await rows('Get-DistributionGroupMember', { Identity: group!['PrimarySmtpAddress'] })
    expect(members).toHaveLength(8)
    expect(members[0]).toHaveProperty('PrimarySmtpAddress')
    const nested = await rows('Get-DistributionGroupMember', { Identity: 'All Offices' })
    expect(nested.map((row) => row['RecipientTypeDetails'])).toContain('MailUniversalDistributionGroup')
    expect((await run('Get-DistributionGroupMember', { Identity: 'Nobody' })).status).toBe(404)
  })
})

describe('exchange contacts', () => {
  behavior('documentation', 'stand for an address outside, and may have one of the company', async () => {
    await run('New-MailContact', { Name: 'Tax adviser', ExternalEmailAddress: 'mara@private.example' })
    const contact = { RecipientTypeDetails: 'MailContact', ExternalEmailAddress: 'SMTP:mara@private.example' }
    const booked = async (Identity: string) => (await rows('Get-Recipient', { Identity }))[0]
    expect(await booked('mara@private.example')).toMatchObject({ ...contact, DisplayName: 'Tax adviser' })
    const own = `tax@${client.tenant.domain}`
    await run('Set-MailContact', {
      Identity: 'Tax adviser',
      EmailAddresses: ['smtp:mara@private.example', `SMTP:${own}`],
    })
    expect(await booked(own)).toMatchObject({ ...contact, PrimarySmtpAddress: own })
    expect((await rows('Get-MailContact', {})).map((row) => String(row['Name']))).toEqual(['Tax adviser'])
    await run('Remove-MailContact', { Identity: own })
    expect((await run('Get-Recipient', { Identity: own })).status).toBe(404)
  })

  behavior('inferred', 'hide their address from rules and from forwarding, as groups do', async () => {
    await run('New-MailContact', { Name: 'Tax adviser', ExternalEmailAddress: 'mara@private.example' })
    const group = String((await rows('Get-DistributionGroup', {}))[0]!['PrimarySmtpAddress'])
    await run('New-InboxRule', { Mailbox: someone, Name: 'x', ForwardTo: ['mara@private.example', group] })
    const rule = (await rows('Get-InboxRule', { Mailbox: someone })).find((row) => String(row['Name']) === 'x')
    for (const shown of rule!['ForwardTo'] as unknown as string[]) {
      expect(shown).toMatch(/^".+" \[EX:\/o=ExchangeLabs\/.+\]$/)
      const Identity = /\[EX:(.+)\]$/.exec(shown)![1]!
      expect((await run('Get-Recipient', { Identity })).status).toBe(200)
    }
    await run('Set-Mailbox', { Identity: someone, ForwardingAddress: 'Tax adviser' })
    expect((await rows('Get-Mailbox', { Identity: someone }))[0]).toMatchObject({ ForwardingAddress: 'Tax adviser' })
  })
})

describe('exchange inbox rules', () => {
  behavior('captured', 'that are hidden are shown when asked for', async () => {
    const names = async (parameters: object) =>
      (await rows('Get-InboxRule', parameters)).map((row) => String(row['Name']))
    expect(await names({ Mailbox: someone })).not.toContain('Junk E-mail Rule')
    expect(await names({ Mailbox: someone, IncludeHidden: true })).toContain('Junk E-mail Rule')
  })

  behavior('captured', 'name people of the company by an old name, others by their address', async () => {
    await run('New-InboxRule', {
      Mailbox: someone,
      Name: '.',
      SubjectContainsWords: ['invoice'],
      ForwardTo: [another, 'x@bad.example'],
    })
    const rule = (await rows('Get-InboxRule', { Mailbox: someone })).find((row) => String(row['Name']) === '.')
    expect(rule!['ForwardTo']![0]).toMatch(
      /^".+" \[EX:\/o=ExchangeLabs\/ou=Exchange Administrative Group .+\/cn=Recipients\/cn=.+\]$/,
    )
    expect(rule!['ForwardTo']![1]).toBe('"x@bad.example" [SMTP:x@bad.example]')
    expect(rule).toMatchObject({ Enabled: true, SubjectContainsWords: ['invoice'], ErrorType: 'None' })
  })

  behavior('documentation', 'are disabled, changed and removed by number or name, and Graph sees it', async () => {
    await run('New-InboxRule', { Mailbox: someone, Name: 'Hide', DeleteMessage: true })
    const made = (await rows('Get-InboxRule', { Mailbox: someone })).find((row) => String(row['Name']) === 'Hide')
    const identity = String(made!['Identity'])
    const shown = async () => (await rows('Get-InboxRule', { Identity: identity }))[0]!
    await run('Disable-InboxRule', { Identity: identity, Mailbox: someone, Confirm: false })
    expect((await shown())['Enabled']).toBe(false)
    await run('Set-InboxRule', {
      Identity: 'Hide',
      Mailbox: someone,
      DeleteMessage: false,
      MoveToFolder: ':\\Junk Email',
    })
    expect(await shown()).toMatchObject({ MoveToFolder: 'Junk Email' })
    expect(await shown()).not.toHaveProperty('DeleteMessage')
    await run('Remove-InboxRule', { Identity: identity, Force: true })
    expect(problemOf(await run('Get-InboxRule', { Identity: identity }))).toContain('could not be found')
    expect(
      (await audited('Audit.Exchange', 'Disable-InboxRule')).filter((each) => Number(each['UserType']) === 5),
    ).toHaveLength(1)
  })

  it('are refused without an action, with a name in use, and for folders that do not exist', async () => {
    const make = (rule: object) => run('New-InboxRule', { Mailbox: someone, Name: 'One', ...rule })
    expect((await make({ SubjectContainsWords: 'x' })).status).toBe(400)
    expect((await make({ MoveToFolder: 'No such folder' })).status).toBe(404)
    expect((await make({ MarkAsRead: true })).status).toBe(200)
    expect((await make({ MarkAsRead: true })).status).toBe(400)
  })
})

describe('exchange quarantine', () => {
  behavior('captured', 'is read page by page until a short one; pages of size 0 are empty', async () => {
    const identities = async (Page: number, PageSize: number) =>
      (await rows('Get-QuarantineMessage', { Page, PageSize })).map((row) => String(row['Identity']))
    const pages = [await identities(1, 50), await identities(2, 50)]
    expect(new Set(pages.flat()).size).toBe(100)
    expect((await identities(1000, 50)).length).toBeLessThan(50)
    expect(await identities(1, 0)).toEqual([])
    expect((await run('Get-QuarantineMessage', { Page: 0 })).status).toBe(400)
  })

  behavior('documentation', 'shows mail of the last sixteen days unless asked for more', async () => {
    const [some, all] = [
      await rows('Get-QuarantineMessage', { PageSize: 1000 }),
      await rows('Get-QuarantineMessage', { PageSize: 1000, StartReceivedDate: '01/01/2020' }),
    ]
    expect(all.length).toBeGreaterThan(some.length)
  })

  behavior('documentation', 'releases a message into the mailbox of its recipient, where Graph finds it', async () => {
    const [held] = await rows('Get-QuarantineMessage', { PageSize: 1 })
    const recipient = String(held!['RecipientAddress']![0])
    const identity = String(held!['Identity'])
    const inMailbox = async () => {
      const filter = encodeURIComponent(`internetMessageId eq '${String(held!['MessageId'])}'`)
      return [...(await client.graph(`/v1.0/users/${recipient}/messages?$filter=${filter}`)).json['value']!]
    }
    expect(await inMailbox()).toEqual([])
    expect((await run('Release-QuarantineMessage', { Identity: identity, ReleaseToAll: true })).status).toBe(200)
    expect(await inMailbox()).toHaveLength(1)
    await advance(RELEASES_WITHIN)
    expect((await rows('Get-QuarantineMessage', { Identity: identity }))[0]).toMatchObject({
      ReleaseStatus: 'RELEASED',
      Released: true,
      QuarantinedUser: [],
      ReleasedUser: [recipient],
    })
    expect((await run('Release-QuarantineMessage', { Identity: identity, ReleaseToAll: true })).status).toBe(400)
    expect((await run('Release-QuarantineMessage', { Identity: identity, User: [recipient] })).status).toBe(400)
    const again = { Identity: identity, ReleaseToAll: true, Force: true }
    expect((await run('Release-QuarantineMessage', again)).status).toBe(200)
  })

  behavior('inferred', 'prepares a release for a while before the message is released', async () => {
    const [held] = await rows('Get-QuarantineMessage', { PageSize: 1 })
    const Identity = held!['Identity']
    await run('Release-QuarantineMessage', { Identity, ReleaseToAll: true })
    const preparing = { ReleaseStatus: 'PREPARINGTORELEASE', Released: false, ReleasedUser: [] }
    expect((await rows('Get-QuarantineMessage', { Identity }))[0]).toMatchObject(preparing)
    expect(await rows('Get-QuarantineMessage', { ReleaseStatus: 'PreparingToRelease' })).toHaveLength(1)
    await advance(RELEASES_WITHIN)
    expect((await rows('Get-QuarantineMessage', { Identity }))[0]).toMatchObject({ ReleaseStatus: 'RELEASED' })
  })

  behavior(
    'documentation',
    'releases a message to others of the company, and later to the recipient who has not got it',
    async () => {
      const held = (await rows('Get-QuarantineMessage', { PageSize: 50 })).find(
        (row) => String(row['RecipientAddress']![0]) !== someone,
      )
      const Identity = held!['Identity']
      const [recipient] = held!['RecipientAddress'] as unknown as string[]
      const state = async () => (await rows('Get-QuarantineMessage', { Identity }))[0]
      expect((await run('Release-QuarantineMessage', { Identity, User: ['a@elsewhere.example'] })).status).toBe(400)
      expect((await run('Release-QuarantineMessage', { Identity, User: [someone] })).status).toBe(200)
      await advance(RELEASES_WITHIN)
      expect(await state()).toMatchObject({
        ReleaseStatus: 'NOTRELEASED',
        QuarantinedUser: [recipient],
        ReleasedUser: [someone],
      })
      expect((await run('Release-QuarantineMessage', { Identity, ReleaseToAll: true })).status).toBe(200)
      await advance(RELEASES_WITHIN)
      expect(await state()).toMatchObject({
        ReleaseStatus: 'RELEASED',
        QuarantinedUser: [],
        ReleasedUser: [someone, recipient],
      })
    },
  )

  behavior('documentation', 'leaves records of what was done in it', async () => {
    const [first, second] = await rows('Get-QuarantineMessage', { PageSize: 2 })
    await run('Release-QuarantineMessage', { Identity: first!['Identity'], ReleaseToAll: true })
    await run('Preview-QuarantineMessage', { Identity: second!['Identity'] })
    const mine = (records: Json[]) =>
      records.filter((each) => Number(each['RequestSource']) === 1 && Number(each['UserType']) === 5)
    const [release] = mine(await audited('Audit.General', 'QuarantineRelease'))
    expect(release).toMatchObject({
      RecordType: 65,
      RequestType: 2,
      NetworkMessageId: String(first!['Identity']).split('\\')[0],
      ReleaseTo: first!['RecipientAddress']![0],
    })
    expect(mine(await audited('Audit.General', 'QuarantinePreview'))).toHaveLength(1)
  })

  behavior('documentation', 'exports a message as MIME, and several at once', async () => {
    const [first, second] = await rows('Get-QuarantineMessage', { PageSize: 2 })
    const Identities = [first!['Identity'], second!['Identity']]
    const exported = await rows('Export-QuarantineMessage', { Identity: '000', Identities })
    const text = Buffer.from(String(exported[0]!['Eml']), 'base64').toString()
    expect(exported.map((row) => row['Identity'])).toEqual(Identities)
    expect(text).toContain(String(first!['MessageId']))
    expect(text).toMatch(/^X-MS-Exchange-Organization-Network-Message-Id:\s/m)
  })

  behavior('documentation', 'deletes a message, and then knows it no more', async () => {
    const [held] = await rows('Get-QuarantineMessage', { PageSize: 1 })
    await run('Delete-QuarantineMessage', { Identity: held!['Identity'], HardDelete: true, Confirm: false })
    expect((await run('Get-QuarantineMessage', { Identity: held!['Identity'] })).status).toBe(404)
    expect((await run('Delete-QuarantineMessage', { Identity: '../../etc' })).status).toBe(404)
  })

  behavior('captured', 'holds mail that the trace calls quarantined', async () => {
    const [held] = await rows('Get-QuarantineMessage', { PageSize: 1 })
    const [traced] = await rows('Get-MessageTraceV2', {
      MessageTraceId: String(held!['Identity']).split('\\')[0],
      StartDate: new Date(Date.now() - 9 * 86_400_000).toISOString(),
    })
    expect(traced).toMatchObject({ Status: 'Quarantined', MessageId: held!['MessageId'], Subject: held!['Subject'] })
  })
})

describe('exchange message trace', () => {
  const start = new Date(Date.now() - 9 * 86_400_000).toISOString()

  behavior('captured', 'tells newest first, and how to ask on instead of a next link', async () => {
    const first = await run('Get-MessageTraceV2', { StartDate: start, ResultSize: 7 })
    const page = [...first.json['value']!]
    expect(first.json).not.toHaveProperty('@odata.nextLink')
    expect(first.json['@adminapi.warnings']![0]).toContain('-StartingRecipientAddress')
    const times = page.map((row) => String(row['Received']))
    expect(times).toEqual([...times].sort().toReversed())
    const last = page.at(-1)!
    const EndDate = last['Received']
    const on = { StartDate: start, EndDate, StartingRecipientAddress: last['RecipientAddress'], ResultSize: 7 }
    const following = await rows('Get-MessageTraceV2', on)
    const both = await rows('Get-MessageTraceV2', { StartDate: start, ResultSize: 14 })
    const key = (row: Json) => `${String(row['MessageTraceId'])} ${String(row['RecipientAddress'])}`
    expect([...page, ...following].map(key)).toEqual(both.map(key))
  })

  behavior('documentation', 'finds by sender, recipient, status and subject', async () => {
    const [row] = await rows('Get-MessageTraceV2', { StartDate: start, ResultSize: 1 })
    const found = await rows('Get-MessageTraceV2', {
      StartDate: start,
      SenderAddress: [row!['SenderAddress']],
      RecipientAddress: row!['RecipientAddress'],
      Subject: String(row!['Subject']).slice(0, 5),
      SubjectFilterType: 'StartsWith',
      Status: row!['Status'],
    })
    expect(found[0]).toEqual(row)
  })

  behavior('captured', 'of the first version is no longer served', async () => {
    expect((await run('Get-MessageTrace', { StartDate: start })).status).toBe(400)
  })

  behavior('documentation', 'refuses more than ten days', async () => {
    const answer = await run('Get-MessageTraceV2', { StartDate: new Date(Date.now() - 20 * 86_400_000).toISOString() })
    expect(answer.status).toBe(400)
  })

  behavior('documentation', 'is asked at most a hundred times in five minutes', async () => {
    const statuses: number[] = []
    for (let i = 0; i < 101; i++)
      statuses.push((await run('Get-MessageTraceV2', { MessageTraceId: 'x', RecipientAddress: someone })).status)
    expect([new Set(statuses.slice(0, 100)), statuses[100]]).toEqual([new Set([200]), 429])
  })

  behavior('documentation', 'tells the steps of one delivery', async () => {
    const [row] = await rows('Get-MessageTraceV2', { StartDate: start, Status: 'Delivered', ResultSize: 1 })
    const steps = await rows('Get-MessageTraceDetailV2', {
      MessageTraceId: row!['MessageTraceId'],
      RecipientAddress: row!['RecipientAddress'],
    })
    expect(steps.map((step) => step['Event'])).toEqual(['Receive', expect.stringMatching(/^(Deliver|Send external)$/)])
  })
})

describe('exchange allow and block list', () => {
  const block = { ListType: 'Sender', Block: true }

  behavior('captured', 'takes entries, shows them by list, and removes them', async () => {
    const made = await rows('New-TenantAllowBlockListItems', {
      ...block,
      Entries: ['bad.example', 'x@worse.example'],
      Notes: 'n',
    })
    expect(made.map((row) => [row['Value'], row['ObjectState']])).toEqual([
      ['bad.example', 'New'],
      ['x@worse.example', 'New'],
    ])
    const [listed] = await rows('Get-TenantAllowBlockListItems', { ListType: 'Sender', Entry: 'bad.example' })
    expect(listed).toMatchObject({
      Action: 'Block',
      Notes: 'n',
      ObjectState: 'Unchanged',
      'LastUsedDate(DateTime])': null,
    })
    expect(listed).not.toHaveProperty('ListType')
    expect(await rows('Get-TenantAllowBlockListItems', { ListType: 'Url' })).toEqual([])
    const [gone] = await rows('Remove-TenantAllowBlockListItems', { ListType: 'Sender', Ids: [listed!['Identity']] })
    expect(gone).toMatchObject({ Action: '0', ObjectState: 'Deleted' })
    expect(await rows('Get-TenantAllowBlockListItems', { ListType: 'Sender' })).toHaveLength(1)
  })

  behavior('documentation', 'forgets an entry after thirty days unless told otherwise', async () => {
    await run('New-TenantAllowBlockListItems', { ...block, Entries: ['bad.example'] })
    await run('New-TenantAllowBlockListItems', { ...block, Entries: ['worse.example'], NoExpiration: true })
    await advance(31 * 86_400_000)
    const left = await rows('Get-TenantAllowBlockListItems', { ListType: 'Sender' })
    expect(left.map((row) => row['Value'])).toEqual(['worse.example'])
  })

  behavior('documentation', 'refuses what cannot stand in a list', async () => {
    const add = async (ListType: string, entry: string, extra: object = { Block: true }) =>
      (await run('New-TenantAllowBlockListItems', { ListType, Entries: [entry], ...extra })).status
    expect(await add('FileHash', 'abc')).toBe(400)
    expect(await add('Sender', 'not an address')).toBe(400)
    expect(await add('Url', `${'a'.repeat(250)}.example`)).toBe(400)
    expect(await add('IP', '192.0.2.1')).toBe(400)
    expect(await add('IP', '2001:db8::1')).toBe(200)
    expect(await add('Sender', 'good.example', { Allow: true, NoExpiration: true })).toBe(400)
    expect(await add('Sender', 'good.example', {})).toBe(400)
    expect(await add('Sender', 'bad.example')).toBe(200)
    expect(await add('Sender', 'BAD.example')).toBe(400)
  })

  behavior('captured', 'keeps pairs of spoofed sender and infrastructure apart, without expiry', async () => {
    const pair = {
      SpoofedUser: 'ceo@harborfinch.example',
      SendingInfrastructure: 'bad.example',
      SpoofType: 'Internal',
      Action: 'Block',
    }
    await run('New-TenantAllowBlockListSpoofItems', { Identity: 'domain\\default', ...pair })
    const [item] = await rows('Get-TenantAllowBlockListSpoofItems')
    expect(Object.keys(item!)).toEqual(['Identity', 'SpoofedUser', 'SendingInfrastructure', 'SpoofType', 'Action'])
    await run('Remove-TenantAllowBlockListSpoofItems', { Identity: 'domain\\default', Ids: [item!['Identity']] })
    expect(await rows('Get-TenantAllowBlockListSpoofItems')).toEqual([])
  })
})

describe('exchange organization', () => {
  it('switches auditing off and on', async () => {
    await run('Set-OrganizationConfig', { AuditDisabled: true })
    expect((await rows('Get-OrganizationConfig'))[0]).toMatchObject({ AuditDisabled: true })
    await run('Set-AdminAuditLogConfig', { UnifiedAuditLogIngestionEnabled: '$false' })
    expect((await rows('Get-AdminAuditLogConfig'))[0]).toMatchObject({ UnifiedAuditLogIngestionEnabled: false })
  })

  behavior('documentation', 'shows mail flow rules and disables them', async () => {
    const [rule] = await rows('Get-TransportRule', { State: 'Enabled' })
    await run('Disable-TransportRule', { Identity: rule!['Name'], Confirm: false })
    expect((await rows('Get-TransportRule', { Identity: rule!['Guid'] }))[0]).toMatchObject({ State: 'Disabled' })
  })

  behavior('documentation', 'searches the unified audit log', async () => {
    const window = {
      StartDate: new Date(Date.now() - 20 * 3_600_000).toISOString(),
      EndDate: new Date().toISOString(),
    }
    const [row] = await rows('Search-UnifiedAuditLog', { ...window, RecordType: 'ExchangeItem', ResultSize: 1 })
    expect(JSON.parse(String(row!['AuditData']))).toMatchObject({ RecordType: 2, Id: row!['Identity'] })
    const session = { ...window, SessionId: 's', SessionCommand: 'ReturnLargeSet', ResultSize: 10 }
    const pages = [await rows('Search-UnifiedAuditLog', session), await rows('Search-UnifiedAuditLog', session)]
    expect(pages.flat().map((each) => Number(each['ResultIndex']))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  })
})
