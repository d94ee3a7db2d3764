import { readFile } from 'node:fs/promises'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

import { isoTime, systemClock } from '#domain/clock.ts'
import type { AppError } from '#domain/errors.ts'
import { parseTenantId } from '#domain/ids.ts'
import type { PermissionNeed } from '#domain/tenant.ts'

import { readCertificate } from './certificate.ts'
import { testConnection, type FeatureNeed } from './consent.ts'
import { createMicrosoft } from './create-microsoft.ts'
import type { Microsoft } from './microsoft.ts'
import { startEmulator, type EmulatedApplication, type Emulator } from './testing/start-emulator.ts'

/** Signing in and what it allows, against the emulated Entra over HTTPS. */

const need = (feature: string, resource: string, permission: string): FeatureNeed => ({
  feature,
  ...({ resource, permission, why: 'Because.' } satisfies PermissionNeed),
})
const NEEDS = [
  need('collect', 'Office 365 Management APIs', 'ActivityFeed.Read'),
  need('investigate', 'Microsoft Graph', 'User.Read.All'),
  need('investigate', 'Microsoft Graph', 'Mail.Read'),
  need('respond', 'Microsoft Graph', 'Mail.ReadWrite'),
]
const Added = z.object({ clientId: z.string(), secret: z.string() })

let emulator: Emulator
let application: EmulatedApplication
beforeAll(async () => {
  emulator = await startEmulator(['--no-live'])
  application = emulator.tenants[0]!.applications[0]!
})
afterAll(() => emulator.stop())

const users = (client: Microsoft) =>
  client.send({ api: 'graph', path: '/v1.0/users?$top=1', what: 'Could not list users.' })
const refusalOf = (client: Microsoft): Promise<AppError> =>
  users(client).then(
    () => expect.unreachable('It was let in.'),
    (error: AppError) => error,
  )
const add = async (body: object) => Added.parse(await emulator.request('/applications', body))

describe('signing in', () => {
  test('works with a secret, over TLS that only the authority of the cloud vouches for', async () => {
    expect((await users(emulator.client())).status).toBe(200)
    const { ca: _, ...untrusting } = emulator.cloud
    const credential = { kind: 'secret' as const, secret: application.secret! }
    const tenantId = emulator.tenants[0]!.id
    const options = { tenantId, clientId: application.clientId, credential, cloud: untrusting, clock: systemClock }
    const client = createMicrosoft(options)
    const refusal = await refusalOf(client)
    expect(refusal).toMatchObject({ code: 'CONNECT_UNREACHABLE', retry: 'never' })
    expect(refusal.why).toContain('certificate that is not trusted')
    await client.close()
  })

  test('works with a certificate', async () => {
    const [certificatePem, privateKeyPem] = await Promise.all([
      readFile(application.certificateFile!, 'utf8'),
      readFile(application.keyFile!, 'utf8'),
    ])
    const credential = { kind: 'certificate' as const, certificatePem, privateKeyPem }
    expect((await users(emulator.client({ credential }))).status).toBe(200)
    const other = await add({ name: 'Without certificate', roles: [] })
    expect(await refusalOf(emulator.client({ application: other, credential }))).toMatchObject({
      code: 'CONNECT_CERTIFICATE_REFUSED',
      microsoft: { code: 'AADSTS700027' },
    })
    expect(readCertificate(credential, systemClock).expiresAt > isoTime(systemClock.now())).toBe(true)
  })

  test('a wrong and an expired secret are told apart', async () => {
    const wrong = emulator.client({ credential: { kind: 'secret', secret: 'wrong' } })
    expect(await refusalOf(wrong)).toMatchObject({
      code: 'CONNECT_SECRET_WRONG',
      microsoft: { code: 'AADSTS7000215', service: 'entra' },
    })
    const expired = await add({ name: 'Expired', roles: [], expiredSecret: true })
    expect(await refusalOf(emulator.client({ application: expired }))).toMatchObject({
      code: 'CONNECT_SECRET_EXPIRED',
      microsoft: { code: 'AADSTS7000222' },
    })
  })

  test('an unknown tenant and an unknown application are told apart', async () => {
    const unknown = '0f0e0d0c-0b0a-4908-8706-050403020100'
    const tenant = { ...emulator.tenants[0]!, id: parseTenantId(unknown)! }
    expect(await refusalOf(emulator.client({ tenant }))).toMatchObject({
      code: 'CONNECT_TENANT_UNKNOWN',
      microsoft: { code: 'AADSTS90002' },
    })
    expect(await refusalOf(emulator.client({ application: { clientId: unknown, secret: 'x' } }))).toMatchObject({
      code: 'CONNECT_APPLICATION_UNKNOWN',
      microsoft: { code: 'AADSTS700016' },
    })
  })
})

describe('testing a connection', () => {
  const verdictsOf = async (microsoft: Microsoft) => {
    const { status, verdicts } = await testConnection({ microsoft, needs: NEEDS, clock: systemClock })
    return { status, verdicts: Object.fromEntries(verdicts.map((verdict) => [verdict.permission, verdict])) }
  }

  test('with everything consented it is ok, with a call as evidence where one is cheap', async () => {
    const { status, verdicts } = await verdictsOf(emulator.client())
    expect(status).toBe('ok')
    expect(verdicts['ActivityFeed.Read']?.detail).toContain('a call that needs it was answered')
    expect(verdicts['Mail.Read']).toMatchObject({
      verdict: 'granted',
      detail: "The application's token holds Mail.ReadWrite.",
    })
    expect(verdicts['Mail.Read']).not.toHaveProperty('fix')
  })

  test('a permission without consent is missing, with the code of Microsoft and where to grant it', async () => {
    const some = await add({ name: 'Some', roles: ['User.Read.All'] })
    const { status, verdicts } = await verdictsOf(emulator.client({ application: some }))
    expect(status).toBe('partial')
    expect(verdicts['User.Read.All']).toMatchObject({ verdict: 'granted' })
    expect(verdicts['ActivityFeed.Read']).toMatchObject({ verdict: 'missing', microsoftCode: 'AF10001' })
    expect(verdicts['ActivityFeed.Read']?.fix).toMatch(
      /ActivityFeed\.Read of Office 365 Management APIs.*Grant admin consent/,
    )
    expect(verdicts['Mail.ReadWrite']).toMatchObject({ verdict: 'missing' })
  })

  test('when no token can be had, everything is unknown, for the reason of Microsoft', async () => {
    const wrong = emulator.client({ credential: { kind: 'secret', secret: 'wrong' } })
    const { status, verdicts } = await verdictsOf(wrong)
    expect(status).toBe('failed')
    for (const verdict of Object.values(verdicts)) {
      expect(verdict).toMatchObject({ verdict: 'unknown', microsoftCode: 'AADSTS7000215' })
      expect(verdict.fix).toContain('Make a new client secret')
    }
  })
})
