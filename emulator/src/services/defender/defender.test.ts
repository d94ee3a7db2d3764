import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'

import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { clientOf } from '#testing/client.ts'
import { cloudOf } from '#testing/cloud-of.ts'
import { startEmulator } from '#index.ts'
import type { Answer, Json } from '#testing/client.ts'

const AUDIENCE = 'https://api.securitycenter.microsoft.com'
const MINUTE = 60_000

const { client } = await cloudOf({ live: 'off', frozen: true, throttle: 'off' })
const roles = ['Machine.Read.All', 'Machine.Isolate', 'Machine.Scan', 'Machine.StopAndQuarantine'].concat([
  'Machine.LiveResponse',
  'Library.Manage',
  'File.Read.All',
  'Ti.ReadWrite',
])
const responder = await client.withRoles(roles, AUDIENCE)
const machines = [...(await responder('/api/machines')).json['value']!]

const pass = (milliseconds: number) => client.send('/_emu/clock', { method: 'POST', body: { advanceMs: milliseconds } })
const post = (path: string, body: object) => responder(path, { method: 'POST', body })
const active = (n: number) => machines.filter((machine) => String(machine['healthStatus']) === 'Active')[n]!
const codeOf = ({ status, json }: Answer) => [status, json['error']!['code']]

describe('Defender for Endpoint: machines', () => {
  behavior('documentation', 'are listed, filtered, paged, and found by id or DNS name', async () => {
    expect(machines.length).toBeGreaterThan(220)
    const [one] = machines as [Json]
    for (const key of ['id', 'computerDnsName'])
      expect((await responder(`/api/machines/${String(one[key])}`)).json).toMatchObject({ id: one['id'] })
    const servers = await responder(`/api/machines?$filter=${encodeURIComponent("osPlatform eq 'WindowsServer2022'")}`)
    expect(servers.json['value']).toHaveLength(12)
    const page = await responder('/api/machines?$top=5&$skip=3')
    expect([...page.json['value']!].map((machine) => machine['id'])).toEqual(
      machines.slice(3, 8).map((machine) => machine['id']),
    )
  })

  behavior('documentation', 'are found by an address within a quarter of an hour of when they were seen', async () => {
    const machine = active(0)
    const find = async (time: number) => {
      const stamp = new Date(time).toISOString()
      const path = `/api/machines/findbyip(ip='${String(machine['lastIpAddress'])}',timestamp=${stamp})`
      return [...(await responder(path)).json['value']!].map((found) => found['id'])
    }
    const seen = Date.parse(String(machine['lastSeen']))
    expect(await find(seen + 14 * MINUTE)).toEqual([machine['id']])
    expect(await find(seen + 16 * MINUTE)).toEqual([])
  })

  it.each([
    ['/api/machines/nobody', 404, 'ResourceNotFound'],
    ['/api/machines/..%2F..%2Fetc', 404, 'ResourceNotFound'],
    ['/api/machines?$filter=osPlatform%20eq', 400, 'ODataError'],
    ['/api/machines?$filter=secret%20eq%201', 400, 'ODataError'],
    ['/api/machines?$top=10001', 400, 'ODataError'],
    ['/api/machines?$top=-1', 400, 'ODataError'],
    ["/api/machines/findbyip(ip='x',timestamp=soon)", 400, 'InvalidInput'],
    ['/api/files/xyz', 400, 'InvalidHashValue'],
    [`/api/files/${'0'.repeat(40)}`, 404, 'ResourceNotFound'],
    ['/api/machineactions/nothing', 404, 'ResourceNotFound'],
    ['/api/alerts', 501, 'NotImplemented'],
  ])('%s is answered with %d %s and a target', async (path, status, code) => {
    const answer = await responder(path, { mayBeMissing: status === 501 })
    expect(codeOf(answer)).toEqual([status, code])
    expect(answer.json['error']!['target']).toMatch(/^[\da-f-]{36}$/)
  })
})

describe('Defender for Endpoint: permissions', () => {
  behavior('documentation', 'a token for another API is refused, and so is one without the role', async () => {
    const reader = await client.withRoles(['Machine.Read.All'], AUDIENCE)
    const path = `/api/machines/${String(active(0)['id'])}/isolate`
    const body = { Comment: 'x', IsolationType: 'Full' }
    expect(codeOf(await client.graph('/api/machines'))).toEqual([401, 'Unauthorized'])
    expect(codeOf(await client.send('/api/machines'))).toEqual([401, 'Unauthorized'])
    expect(codeOf(await reader(path, { method: 'POST', body }))).toEqual([403, 'Forbidden'])
    expect((await reader('/api/machines?$top=1')).status).toBe(200)
  })
})

describe('Defender for Endpoint: actions', () => {
  behavior('documentation', 'isolation is pending, then in progress, then succeeded, on the tenant clock', async () => {
    const id = String(active(1)['id'])
    const answer = await post(`/api/machines/${id}/isolate`, { Comment: 'Case 7', IsolationType: 'Full' })
    expect(answer.status).toBe(201)
    expect(answer.json).toMatchObject({ type: 'Isolate', scope: 'Full', status: 'Pending', machineId: id })
    const status = async () =>
      (await responder(`/api/machineactions/${String(answer.json['id'])}`)).json['status'] as unknown as string
    const seen = new Set([await status()])
    for (let i = 0; i < 40; i++) {
      await pass(3_000)
      seen.add(await status())
    }
    expect([...seen]).toEqual(['Pending', 'InProgress', 'Succeeded'])
    const filter = encodeURIComponent(`machineId eq '${id}'`)
    expect((await responder(`/api/machineactions?$filter=${filter}`)).json['value']).toHaveLength(1)
  })

  behavior('documentation', 'the same action is refused while one is under way, and allowed afterwards', async () => {
    const path = `/api/machines/${String(active(2)['id'])}/runAntiVirusScan`
    const body = { Comment: 'x', ScanType: 'Quick' }
    expect((await post(path, body)).status).toBe(201)
    expect(codeOf(await post(path, body))).toEqual([400, 'ActiveRequestAlreadyExists'])
    await pass(30 * MINUTE)
    expect((await post(path, body)).status).toBe(201)
  })

  behavior('documentation', 'a pending action can be cancelled, an ended one cannot', async () => {
    const { json } = await post(`/api/machines/${String(active(3)['id'])}/runAntiVirusScan`, {
      Comment: 'x',
      ScanType: 'Full',
    })
    const cancel = () => post(`/api/machineactions/${String(json['id'])}/cancel`, { Comment: 'No longer needed' })
    expect((await cancel()).json).toMatchObject({ status: 'Cancelled', cancellationRequestor: 'Made by a test' })
    expect(codeOf(await cancel())).toEqual([400, 'DisallowedOperation'])
  })

  behavior('inferred', 'an action for a machine that is offline waits, and is given up after three days', async () => {
    const offline = machines.find((machine) => String(machine['healthStatus']) === 'Inactive')!
    const { json } = await post(`/api/machines/${String(offline['id'])}/runAntiVirusScan`, {
      Comment: 'x',
      ScanType: 'Quick',
    })
    const status = async () => (await responder(`/api/machineactions/${String(json['id'])}`)).json['status']
    await pass(60 * MINUTE)
    expect(await status()).toBe('Pending')
    await pass(72 * 60 * MINUTE)
    expect(await status()).toBe('TimeOut')
  })

  it.each([
    ['isolate', {}, 'MissingRequiredParameter'],
    ['isolate', { Comment: 'x' }, 'MissingRequiredParameter'],
    ['isolate', { Comment: 'x', IsolationType: 'full' }, 'InvalidInput'],
    ['isolate', { comment: 'x', isolationType: 'Full' }, 'MissingRequiredParameter'],
    ['isolate', { Comment: 7, IsolationType: 'Full' }, 'InvalidRequestBody'],
    ['StopAndQuarantineFile', { Comment: 'x', Sha1: 'abc' }, 'InvalidHashValue'],
    ['runliveresponse', { Comment: 'x' }, 'MissingRequiredParameter'],
    ['runliveresponse', { Comment: 'x', Commands: [{ type: 'Format' }] }, 'InvalidInput'],
    ['runliveresponse', { Comment: 'x', Commands: [{ type: 'GetFile', params: [] }] }, 'MissingRequiredParameter'],
    ['runliveresponse', { Comment: 'x', Commands: [null] }, 'InvalidInput'],
  ])('%s with %j is refused with %s', async (action, body, code) => {
    expect(codeOf(await post(`/api/machines/${String(active(4)['id'])}/${action}`, body))).toEqual([400, code])
  })
})

describe('Defender for Endpoint: live response', () => {
  const script =
    'param($sha)\n& "$env:ProgramFiles\\Windows Defender\\MpCmdRun.exe" -Restore -FilePath $sha -Path C:\\soc'

  const upload = (override = false) => {
    const boundary = 'boundary'
    const part = (name: string, value: string, extra = '') =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${extra}\r\n\r\n${value}\r\n`
    const body = [
      part('File', script, '; filename="restore.ps1"\r\nContent-Type: text/plain'),
      part('Description', 'Brings a file back'),
      part('OverrideIfExists', String(override)),
      `--${boundary}--\r\n`,
    ].join('')
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` }
    return responder('/api/libraryfiles', { method: 'POST', headers, body: Buffer.from(body) })
  }

  behavior('documentation', 'a quarantined file is collected: library, session, result links', async () => {
    const found = await quarantined()
    expect((await upload()).status).toBe(200)
    expect(codeOf(await upload())[0]).toBe(400)
    expect((await upload(true)).status).toBe(200)
    const name = found.path.split('\\').at(-1)!
    const session = await post(`/api/machines/${found.machineId}/runliveresponse`, {
      Comment: 'Case 7',
      Commands: [
        {
          type: 'RunScript',
          params: [
            { key: 'ScriptName', value: 'restore.ps1' },
            { key: 'Args', value: `${found.sha1} -Path C:\\soc` },
          ],
        },
        { type: 'GetFile', params: [{ key: 'Path', value: `C:\\soc\\${name}` }] },
      ],
    })
    expect(session.status).toBe(201)
    const action = `/api/machineactions/${String(session.json['id'])}`
    expect(codeOf(await responder(`${action}/GetLiveResponseResultDownloadLink(index=0)`))[0]).toBe(404)
    await pass(10 * MINUTE)
    const ended = (await responder(action)).json
    expect(ended['status']).toBe('Succeeded')
    expect([...ended['commands']!].map((command) => command['commandStatus'])).toEqual(['Completed', 'Completed'])
    const fetchResult = async (index: number) => {
      const link = (await responder(`${action}/GetLiveResponseResultDownloadLink(index=${index})`)).json['value']
      return client.send(String(link))
    }
    expect((await fetchResult(0)).json).toMatchObject({ script_name: 'restore.ps1', exit_code: 0 })
    const bytes = gunzipSync((await fetchResult(1)).body)
    expect(createHash('sha1').update(bytes).digest('hex')).toBe(found.sha1)
  })

  behavior('inferred', 'every machine has the file of host names where its system keeps it', async () => {
    const id = String(active(7)['id'])
    const Commands = [
      { type: 'GetFile', params: [{ key: 'Path', value: String.raw`C:\Windows\System32\drivers\etc\hosts` }] },
    ]
    const { json } = await post(`/api/machines/${id}/runliveresponse`, { Comment: 'x', Commands })
    await pass(10 * MINUTE)
    const action = `/api/machineactions/${String(json['id'])}`
    const { value } = (await responder(`${action}/GetLiveResponseResultDownloadLink(index=0)`)).json
    expect(gunzipSync((await client.send(String(value))).body).toString()).toContain('127.0.0.1 localhost')
  })

  it('gives nothing for a link that was tampered with', async () => {
    const answer = await client.send('/investigation-actions-data/a/b/0?se=2030-01-01T00%3A00%3A00Z&sig=AAAA')
    expect(answer.status).toBe(403)
  })

  behavior('inferred', 'a command that fails ends the session as failed, and the rest is not run', async () => {
    const id = String(active(6)['id'])
    const { json } = await post(`/api/machines/${id}/runliveresponse`, {
      Comment: 'x',
      Commands: [
        { type: 'GetFile', params: [{ key: 'Path', value: 'C:\\nothing.bin' }] },
        { type: 'GetFile', params: [{ key: 'Path', value: 'C:\\nothing.bin' }] },
      ],
    })
    await pass(10 * MINUTE)
    const ended = (await responder(`/api/machineactions/${String(json['id'])}`)).json
    expect([ended['status'], ...[...ended['commands']!].map((command) => command['commandStatus'])]).toEqual([
      'Failed',
      'Failed',
      'Failed',
    ])
  })

  /** A file that everyday life has left in quarantine, found out through the API by asking for each known hash. */
  async function quarantined(): Promise<{ machineId: string; sha1: string; path: string }> {
    const truth = await client.send('/_emu/ground-truth/machine-files')
    const [file] = [...truth.json['files']!]
    const { machineId, sha1, path } = file as unknown as { machineId: string; sha1: string; path: string }
    expect((await responder(`/api/files/${sha1}`)).json).toMatchObject({ sha1, determinationType: 'PUA' })
    expect([...(await responder(`/api/files/${sha1}/machines`)).json['value']!]).toMatchObject([{ id: machineId }])
    return { machineId, sha1, path }
  }
})

describe('Defender for Endpoint: indicators', () => {
  const indicator = (value: string, type = 'DomainName') => ({
    indicatorValue: value,
    indicatorType: type,
    action: 'Block',
    title: 'Case 7',
    description: 'Phish',
  })

  behavior('documentation', 'are made, changed by a second one of the same value, listed and deleted', async () => {
    const made = await post('/api/indicators', indicator('bad.example'))
    expect(made.status).toBe(200)
    const again = await post('/api/indicators', { ...indicator('BAD.example'), severity: 'High' })
    expect(again.json['id']).toBe(made.json['id'])
    const filter = encodeURIComponent("indicatorType eq 'DomainName'")
    expect([...(await responder(`/api/indicators?$filter=${filter}`)).json['value']!]).toMatchObject([
      { id: made.json['id'], severity: 'High', sourceType: 'AadApp' },
    ])
    expect((await responder(`/api/indicators/${String(made.json['id'])}`, { method: 'DELETE' })).status).toBe(204)
    expect((await responder(`/api/indicators/${String(made.json['id'])}`)).status).toBe(404)
  })

  behavior('documentation', 'belong to the application that made them, unless the caller may see all', async () => {
    const { json } = await post('/api/indicators', indicator('203.0.113.9', 'IpAddress'))
    const other = await client.withRoles(['Ti.ReadWrite'], AUDIENCE)
    const all = await client.withRoles(['Ti.ReadWrite.All'], AUDIENCE)
    const path = `/api/indicators/${String(json['id'])}`
    expect([(await other(path)).status, (await all(path)).status]).toEqual([404, 200])
  })

  behavior('documentation', 'are imported up to five hundred at a time, each on its own', async () => {
    const Indicators = [
      indicator('a.example'),
      indicator('not a domain'),
      indicator('b'.repeat(64), 'FileSha256'),
      null,
    ]
    const answer = await post('/api/indicators/import', { Indicators })
    expect([...answer.json['value']!].map((each) => each['isFailed'])).toEqual([false, true, false, true])
    const many = Array.from({ length: 501 }, (_, i) => indicator(`x${i}.example`))
    expect(codeOf(await post('/api/indicators/import', { Indicators: many }))).toEqual([
      400,
      'MaximumBatchSizeExceeded',
    ])
  })

  behavior('documentation', 'are gone when they have expired', async () => {
    const now = Date.parse(String((await client.send('/_emu/health')).json['now']))
    const expirationTime = new Date(now + 60 * MINUTE).toISOString()
    const { json } = await post('/api/indicators', { ...indicator('short.example'), expirationTime })
    const path = `/api/indicators/${String(json['id'])}`
    expect((await responder(path)).status).toBe(200)
    await pass(61 * MINUTE)
    expect((await responder(path)).status).toBe(404)
  })

  it.each([
    [{ indicatorValue: '10.0.0.0/8', indicatorType: 'IpAddress' }, 'InvalidIpAddress'],
    [{ indicatorValue: 'abc', indicatorType: 'FileSha1' }, 'InvalidHashValue'],
    [{ indicatorValue: 'no domain', indicatorType: 'DomainName' }, 'InvalidDomainName'],
    [{ indicatorValue: 'ftp://x', indicatorType: 'Url' }, 'InvalidUrl'],
    [{ indicatorType: 'Mood' }, 'InvalidInput'],
    [{ action: 'Audit' }, 'InvalidInput'],
    [{ action: 'BlockAndRemediate' }, 'InvalidInput'],
    [{ title: undefined }, 'MissingRequiredParameter'],
    [{ rbacGroupNames: 'all' }, 'InvalidRequestBody'],
  ])('with %j are refused with %s', async (change, code) => {
    expect(codeOf(await post('/api/indicators', { ...indicator('bad.example'), ...change }))).toEqual([400, code])
  })
})

describe('Defender for Endpoint: throttling', () => {
  behavior('documentation', 'refuses the hundred and first call of a minute with Retry-After', async () => {
    const strict = await startEmulator({ live: 'off', throttle: 3 / 100 })
    const other = clientOf(strict)
    const reader = await other.withRoles(['Machine.Read.All'], AUDIENCE)
    const answers: Answer[] = []
    for (let i = 0; i < 4; i++) answers.push(await reader('/api/machines?$top=1'))
    other.close()
    await strict.stop()
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429])
    expect(Number(answers[3]!.headers['retry-after'])).toBeGreaterThan(0)
    expect(codeOf(answers[3]!)[1]).toBe('TooManyRequests')
  })
})
