import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { exchangeAccess, openExchangeDoor } from '#connect/testing/emulated-exchange.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import { systemClock } from '#domain/clock.ts'
import type { ConnectionTest } from '#domain/tenant.ts'

import type { ExchangeDoorOptions } from './create-exchange-door.ts'
import { testExchange } from './test-exchange.ts'

let emulator: Emulator
const MAILBOX = async () => {
  const truth = (await emulator.request('/ground-truth/phish')) as { recipients: { userPrincipalName: string }[] }
  return truth.recipients[0]!.userPrincipalName
}

beforeAll(async () => {
  emulator = await startEmulator(['--no-live'])
})
afterAll(() => emulator?.stop())

async function test(options: Partial<ExchangeDoorOptions>): Promise<ConnectionTest> {
  const door = await openExchangeDoor(emulator, { mailboxes: [await MAILBOX()], ...options })
  try {
    return await testExchange(door.exchange!, systemClock)
  } finally {
    await door.close()
  }
}

const verdicts = ({ verdicts: all }: ConnectionTest) =>
  all.map(({ permission, feature, verdict }) => `${permission} ${feature} ${verdict}`)

describe('testExchange', () => {
  it('says that all is there, and which version answered', async () => {
    const result = await test({})
    expect(result.status).toBe('ok')
    expect(verdicts(result)).toEqual([
      'Exchange Web Services investigate granted',
      'ApplicationImpersonation investigate granted',
      'ApplicationImpersonation respond granted',
    ])
    expect(result.verdicts[0]!.detail).toContain('Exchange Server 2019 or Subscription Edition (15.2.1544.4)')
  })

  it('tells a missing role from a server that cannot be reached', async () => {
    const account = await exchangeAccess(emulator, { name: 'svc-plain', mayImpersonate: false })
    const denied = await test(account)
    expect(denied.status).toBe('partial')
    expect(denied.verdicts.map(({ verdict }) => verdict)).toEqual(['granted', 'missing', 'missing'])
    expect(denied.verdicts[1]).toMatchObject({ microsoftCode: 'ErrorImpersonateUserDenied' })
    expect(denied.verdicts[1]!.fix).toContain('New-ManagementRoleAssignment')

    const away = await test({ url: 'https://127.0.0.1:1/EWS/Exchange.asmx' })
    expect(away.status).toBe('failed')
    expect(away.verdicts.map(({ verdict }) => verdict)).toEqual(['unknown', 'unknown', 'unknown'])
    expect(away.verdicts[0]!.detail).toContain('ECONNREFUSED')
  })

  it('says that the password is wrong', async () => {
    const result = await test({ password: 'wrong' })
    expect(result.status).toBe('failed')
    expect(result.verdicts[0]).toMatchObject({ verdict: 'missing' })
    expect(result.verdicts[0]!.detail).toContain('refused the name')
  })

  it('says that the certificate is not trusted', async () => {
    const result = await test({ ca: undefined })
    expect(result.status).toBe('failed')
    expect(result.verdicts[0]!.detail).toContain('certificate that is not trusted')
    expect(result.verdicts[0]!.fix).toContain('--ca')
  })

  it('without a mailbox to look into still tells whether the server lets the account in', async () => {
    const result = await test({ mailboxes: [] })
    expect(result.status).toBe('partial')
    expect(result.verdicts.map(({ verdict }) => verdict)).toEqual(['granted', 'unknown', 'unknown'])
    expect(result.verdicts[1]).toMatchObject({ microsoftCode: 'ErrorNonExistentMailbox' })
    expect(result.verdicts[1]!.fix).toContain('--mailbox')
  })
})
