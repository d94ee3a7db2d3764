import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { CLOUDS, findCloud, loadCloudFile, withCloudAppsPortal } from './clouds.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cordon-clouds-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function cloudFile(content: unknown): Promise<string> {
  const path = join(folder, 'cloud.json')
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

test('every cloud of Microsoft is an https origin apart, and names are unique', () => {
  const origins = CLOUDS.flatMap(({ login, apis }) => [login, ...Object.values(apis).map(({ origin }) => origin)])
  for (const origin of origins) expect(new URL(origin).origin).toBe(origin)
  for (const origin of origins) expect(origin).toMatch(/^https:/)
  expect(new Set(CLOUDS.map(({ name }) => name)).size).toBe(CLOUDS.length)
})

test('an unknown cloud is answered with the names there are', () => {
  expect(findCloud('gcc-high').login).toBe('https://login.microsoftonline.us')
  expect(() => findCloud('mars')).toThrow(
    expect.objectContaining({
      code: 'CONNECT_CLOUD_UNKNOWN',
      why: 'The clouds are: worldwide, gcc, gcc-high, dod, china.',
    }),
  )
})

test('a cloud file adds a cloud with its own authority, found beside the file', async () => {
  await writeFile(join(folder, 'ca.crt'), 'PEM')
  const origin = 'https://127.0.0.1:8443'
  const file = {
    name: 'emulated',
    title: 'Emulated',
    login: `${origin}/`,
    graph: origin,
    management: origin,
    caFile: 'ca.crt',
  }
  expect(await loadCloudFile(await cloudFile(file))).toEqual({
    name: 'emulated',
    title: 'Emulated',
    login: origin,
    apis: {
      graph: { origin, audience: 'https://graph.microsoft.com' },
      'management-activity': { origin, audience: 'https://manage.office.com' },
    },
    portals: [],
    storage: [],
    ca: 'PEM',
  })
})

test('a cloud file may name one origin for all services', async () => {
  const origin = 'https://127.0.0.1:8443'
  const cloud = await loadCloudFile(await cloudFile({ name: 'emulated', title: 'Emulated', origin }))
  const https = Object.entries(cloud.apis).filter(([api]) => api !== 'event-hubs')
  expect(https.map(([, api]) => api.origin)).toEqual(Array(6).fill(origin))
  expect(cloud).toMatchObject({ login: origin, portals: ['127.0.0.1'], eventHubs: '127.0.0.1' })
})

test('Defender for Cloud Apps is asked at the tenant’s own address, and at no host that is not Microsoft’s', () => {
  const cloud = withCloudAppsPortal(findCloud('worldwide'), 'https://contoso.eu2.portal.cloudappsecurity.com/api')
  expect(cloud.apis['cloud-apps']?.origin).toBe('https://contoso.eu2.portal.cloudappsecurity.com')
  for (const address of [
    'https://attacker.example',
    'http://contoso.eu2.portal.cloudappsecurity.com',
    'https://portal.cloudappsecurity.com.attacker.example',
    'contoso',
  ]) {
    expect(() => withCloudAppsPortal(findCloud('worldwide'), address)).toThrow(
      expect.objectContaining({ code: 'CONNECT_ADDRESS_REFUSED' }),
    )
  }
})

test('a cloud file with several problems names them all', async () => {
  const file = { name: 'Mine', login: 'http://127.0.0.1', graph: 'https://127.0.0.1/path', colour: 'red' }
  const error: unknown = await loadCloudFile(await cloudFile(file)).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'CONFIG_VALUE_INVALID' })
  for (const field of ['name', 'title', 'login', 'graph', 'colour']) expect((error as Error).message).toContain(field)
  await expect(loadCloudFile(await cloudFile('{'))).rejects.toMatchObject({ code: 'CONFIG_VALUE_INVALID' })
  await expect(loadCloudFile(join(folder, 'absent.json'))).rejects.toMatchObject({ code: 'CONFIG_VALUE_INVALID' })
})
