import { describe, expect, it } from 'vitest'

import { executeActionRun, resumeActionRun } from '#respond/runner.ts'
import type { DeviceStage, TriedDevice } from '#respond/testing/device-stage.ts'
import { testDeviceAction } from '#respond/testing/test-device-action.ts'
import { everyByte } from '#store/testing/every.ts'

import { collectFile } from './action.ts'

const HOSTS = String.raw`C:\Windows\System32\drivers\etc\hosts`

/** What the newest session came to, and what the store has of the newest file of the device. */
async function collectedSeen({ records, tenantId, ...stage }: DeviceStage, device: TriedDevice): Promise<string> {
  const [session] = await stage.ordersTo(device, 'LiveResponse')
  const files = await records.collectedFiles.list(tenantId, { limit: 1000 })
  const file = files.find(({ deviceId }) => deviceId === device.id)
  const bytes = file ? await everyByte(records.collectedFiles.bytes(tenantId, file.id)) : ''
  return `${session?.status ?? 'not asked'}: ${bytes.toString()}`
}

testDeviceAction(
  collectFile,
  {
    wanted: 'Succeeded: 127.0.0.1 localhost\n::1 localhost\n',
    look: collectedSeen,
    path: '/runliveresponse$',
    permission: 'Machine.LiveResponse',
    options: { path: HOSTS },
    again: 'verified',
  },
  (running) => {
    const first = () => running.subjects().slice(0, 1)
    const reasonOf = async (run: Awaited<ReturnType<typeof running.plan>>) => (await running.targets(run))[0]?.reason

    it('proves it with the hash and the size of what it has kept', async () => {
      const run = await running.plan(first())
      await executeActionRun(run)
      const [target] = await running.targets(run)
      const [file] = await running.stage().records.collectedFiles.list(run.tenantId, { actionRunId: run.id, limit: 9 })
      expect(file).toMatchObject({ path: HOSTS, sizeBytes: 34, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
      expect(target?.proof).toContain(`34 bytes with SHA-256 ${file?.sha256}`)
      expect(target?.before).toMatchObject({ fileId: file?.id, sha256: file?.sha256 })
    })

    it('tells Microsoft’s words where there is no such file, and keeps nothing', async () => {
      const path = String.raw`C:\soc\nothing.exe`
      const run = await running.plan(first(), { options: { path } })
      expect(await executeActionRun(run)).toMatchObject({ state: 'failed' })
      expect(await reasonOf(run)).toMatch(
        /ended as Failed.*GetFile: "The file 'C:\\soc\\nothing\.exe' was not found\."/,
      )
      const { records } = running.stage()
      expect(await records.collectedFiles.list(run.tenantId, { actionRunId: run.id, limit: 9 })).toEqual([])
    })

    it('takes up the session of a run that ended before the device reported', async () => {
      const hasty = { ...(await running.plan(first())), wait: async () => undefined }
      expect(await executeActionRun(hasty)).toMatchObject({ state: 'failed' })
      expect(await reasonOf(hasty)).toMatch(/is (Pending|InProgress)\. The device takes it up when it reports/)
      const later = await running.plan(first())
      expect(await executeActionRun(later)).toMatchObject({ state: 'done', targetsByState: { verified: 1 } })
      expect(running.effects()).toBe(1)
    })

    it('goes on with the same session when the server was stopped while the device was busy', async () => {
      const run = await running.plan(first())
      const shutdown = new AbortController()
      const wait = async () => shutdown.abort()
      const { signal } = shutdown
      expect(await executeActionRun({ ...run, signal, wait })).toMatchObject({ state: 'running' })
      expect(await running.states(run)).toEqual(['intended'])
      expect(await resumeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 1 } })
      expect(running.effects()).toBe(1)
    })

    it('leaves a device alone that somebody else has a session with, and says who', async () => {
      const stage = running.stage()
      const [device] = first()
      const Commands = [{ type: 'GetFile', params: [{ key: 'Path', value: 'C:\\other' }] }]
      await stage.begin(device!, 'runliveresponse', { Commands })
      const run = await running.plan([device!])
      expect(await executeActionRun(run)).toMatchObject({ state: 'failed' })
      expect(await reasonOf(run)).toMatch(
        /Another live response session with the device is open \(.*begun by Of a test\)/,
      )
      expect(running.effects()).toBe(0)
    })

    describe('in quarantine', () => {
      const restore =
        'param([string]$FilePath)\n& "$env:ProgramFiles\\Windows Defender\\MpCmdRun.exe" -Restore -FilePath $FilePath'

      it('is not at its path, which Microsoft says', async () => {
        const { device, path } = await running.stage().quarantined()
        const run = await running.plan([device], { options: { path } })
        expect(await executeActionRun(run)).toMatchObject({ state: 'failed' })
        expect(await reasonOf(run)).toMatch(/GetFile: "The file .* was not found/)
      })

      it('is put back by the script of the library, and brought', async () => {
        const { device, path, sha256 } = await running.stage().quarantined()
        await running.stage().addScript('Restore-QuarantinedFile.ps1', restore)
        const run = await running.plan([device], { options: { path, fromQuarantine: true } })
        expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 1 } })
        const { records } = running.stage()
        const [file] = await records.collectedFiles.list(run.tenantId, { actionRunId: run.id, limit: 9 })
        expect(file).toMatchObject({ path, sha256 })
      })

      it('is not brought without that script, which Microsoft says', async () => {
        const { device, path } = await running.stage().quarantined()
        const run = await running.plan([device], { options: { path, fromQuarantine: true } })
        expect(await executeActionRun(run)).toMatchObject({ state: 'failed' })
        expect(await reasonOf(run)).toMatch(
          /RunScript: "The script 'Restore-QuarantinedFile\.ps1' is not in the library/,
        )
      })
    })

    it('keeps nothing of a file that is longer than it may be', async () => {
      const run = await running.plan(first())
      expect(await executeActionRun({ ...run, fileMaxBytes: 33 })).toMatchObject({ state: 'failed' })
      expect(await reasonOf(run)).toMatch(/longer than .* MB.*Nothing of it was kept/)
      const { records } = running.stage()
      expect(await records.collectedFiles.list(run.tenantId, { actionRunId: run.id, limit: 9 })).toEqual([])
    })

    it('asks for a new link where the one that it was given has run out', async () => {
      const stage = running.stage()
      await stage.strike({
        match: { path: '/investigation-actions-data/', nth: 1 },
        do: { status: 403, body: '<Error><Code>AuthenticationFailed</Code></Error>' },
      })
      const run = await running.plan(first())
      expect(await executeActionRun(run)).toMatchObject({ state: 'failed' })
      expect(await reasonOf(run)).toMatch(/refused the link that Microsoft gave \(AuthenticationFailed, status 403\)/)
      expect(await reasonOf(run)).not.toContain('sig=')
    })

    it.each(['hosts', 'C:hosts', 'C:\\folder\\', '/', String.raw`C:\a*.exe`, 'C:\\a\nb', ''])(
      'refuses the path %j',
      async (path) => {
        const refused = expect.objectContaining({ code: 'REQUEST_INVALID' })
        await expect(running.plan(first(), { options: { path } })).rejects.toThrow(refused)
      },
    )

    it.each([String.raw`C:\a$(calc).exe`, 'C:\\a`b', "C:\\it's", 'C:\\a”.exe', '/etc/hosts'])(
      'hands no script the path %j',
      async (path) => {
        const refused = expect.objectContaining({ code: 'REQUEST_INVALID', why: expect.stringContaining('quarantine') })
        await expect(running.plan(first(), { options: { path, fromQuarantine: true } })).rejects.toThrow(refused)
      },
    )
  },
)
