import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { beforeAll, describe, expect, it } from 'vitest'

import { application, cloud, tenant, truth } from './cloud.ts'
import type { Phish } from './cloud.ts'

const run = promisify(execFile)
const home = mkdtempSync(join(tmpdir(), 'm365-'))
const bin = join(import.meta.dirname, '..', 'node_modules', '.bin', 'm365')

/** The command line, with no setting changed but the proxy: its host names are fixed in its code. */
async function m365(...args: string[]): Promise<unknown> {
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    NODE_EXTRA_CA_CERTS: cloud.caFile,
    HTTPS_PROXY: cloud.proxyUrl,
    NODE_USE_ENV_PROXY: '1',
    CLIMICROSOFT365_NOUPDATE: '1',
  }
  const { stdout } = await run(bin, [...args, '--output', 'json'], {
    env,
    timeout: 90_000,
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout.trim() === '' ? undefined : JSON.parse(stdout)
}

let phish: Phish
beforeAll(async () => {
  phish = await truth('ground-truth/phish')
  await m365(
    'login',
    '--authType',
    'secret',
    '--tenant',
    tenant.id,
    '--appId',
    application.clientId,
    '--secret',
    application.secret,
  )
})

describe('@pnp/cli-microsoft365', () => {
  it('lists users and shows one', async () => {
    const users = (await m365('entra', 'user', 'list', '--properties', 'id,userPrincipalName')) as unknown[]
    expect(users.length).toBeGreaterThan(200)
    const { userPrincipalName, userId } = phish.recipients[0]!
    expect(await m365('entra', 'user', 'get', '--userName', userPrincipalName)).toMatchObject({ id: userId })
  })

  it('lists the mail of a folder and shows a message', async () => {
    const { userPrincipalName, immutableId } = phish.recipients[1]!
    const mail = (await m365(
      'outlook',
      'message',
      'list',
      '--folderName',
      'inbox',
      '--userName',
      userPrincipalName,
    )) as { subject: string }[]
    expect(mail.map(({ subject }) => subject)).toContain(phish.subject)
    expect(await m365('outlook', 'message', 'get', '--id', immutableId, '--userName', userPrincipalName)).toMatchObject(
      {
        subject: phish.subject,
      },
    )
  })

  it('reads the audit log through all its pages', async () => {
    const records = (await m365('purview', 'auditlog', 'list', '--contentType', 'Exchange')) as { Id: string }[]
    const known = await truth<Record<string, { records: string[] }>>('ground-truth/audit')
    const ids = new Set(known['Audit.Exchange']!.records)
    expect(records.length).toBeGreaterThan(1000)
    expect(records.filter(({ Id }) => !ids.has(Id))).toEqual([])
  })
})
