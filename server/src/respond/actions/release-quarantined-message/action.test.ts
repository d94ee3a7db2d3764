import { describe, expect, it } from 'vitest'

import { executeActionRun } from '#respond/runner.ts'
import { testQuarantineAction } from '#respond/testing/test-quarantine-action.ts'

import { releaseQuarantinedMessage } from './action.ts'

const RELEASE = 'Release-QuarantineMessage'

testQuarantineAction(
  releaseQuarantinedMessage,
  { wanted: 'RELEASED', again: 'already-done', command: RELEASE },
  (running) => {
    const first = () => running.subjects()[0]!
    const only = async (run: Awaited<ReturnType<typeof running.plan>>) => (await running.targets(run))[0]!

    it('has the message delivered to the mailbox of its recipient', async () => {
      const stage = running.stage()
      const { RecipientAddress, MessageId } = (await stage.seen(first()))!
      const mailbox = (RecipientAddress as string[])[0]!
      const graph = await stage.company.onlookerAt('graph', ['Mail.Read'])
      const filter = encodeURIComponent(`internetMessageId eq '${String(MessageId)}'`)
      const inMailbox = async () => (await graph(`/v1.0/users/${mailbox}/messages?$filter=${filter}`)).json['value']
      expect(await inMailbox()).toEqual([])
      await executeActionRun(await running.plan([first()]))
      expect(await inMailbox()).toHaveLength(1)
    })

    it('waits while Microsoft prepares the release, and says what there is if that does not end', async () => {
      const stage = running.stage()
      const waited: number[] = []
      const run = await running.plan([first()])
      const wait = async (ms: number) => {
        waited.push(ms)
        await stage.wait(ms)
      }
      expect(await executeActionRun({ ...run, wait })).toMatchObject({ state: 'done' })
      expect(waited.length).toBeGreaterThan(1)
      const stuck = await running.plan([running.subjects()[1]!])
      expect(await executeActionRun({ ...stuck, wait: async () => {} })).toMatchObject({ state: 'failed' })
      expect((await only(stuck)).reason).toMatch(/PREPARINGTORELEASE.*may yet come to its end/)
    })

    it('takes a release that somebody else has begun for its own, and does not ask again', async () => {
      await running.stage().byHand(RELEASE, first(), { ReleaseToAll: true })
      const run = await running.plan([first()])
      expect(await executeActionRun(run)).toMatchObject({ state: 'done', targetsByState: { verified: 1 } })
      expect(running.effects()).toBe(0)
    })

    it.each(['Request', 'Deny'])('releases a message although its state is that of a %s', async (ActionType) => {
      await running.stage().byHand(RELEASE, first(), { ActionType })
      expect(await executeActionRun(await running.plan([first()]))).toMatchObject({ targetsByState: { verified: 1 } })
      expect(await running.stage().seen(first())).toMatchObject({ ReleaseStatus: 'RELEASED' })
    })

    describe('of a message to several', () => {
      const recipients = () => ['ana', 'ben'].map((name) => `${name}@${running.stage().domain}`) as [string, string]
      /** Microsoft takes the release, and shows after three looks (of the plan, at the start, before it is asked) who has got it. */
      const releasedTo = async (...got: string[]) => {
        const RecipientAddress = recipients()
        const held = { RecipientAddress, ReleasedUser: [] }
        await running.stage().show(first(), 3, held, { ...held, ReleasedUser: got })
        await running.stage().strike({
          match: { service: 'exchange-admin', body: `"${RELEASE}"` },
          do: { status: 200, body: { value: [] } },
        })
      }

      it('lets those have it alone who are named', async () => {
        const stage = running.stage()
        const [, ben] = recipients()
        await releasedTo(ben.toUpperCase())
        const run = await running.plan([first()], { options: { recipients: ben } })
        expect((await stage.records.actionRuns.read(stage.tenantId, run.id))!.effect).toContain(`to ${ben}`)
        expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
        expect((await only(run)).proof).toContain(`Released to ${ben.toUpperCase()};`)
        expect(stage.requestsTo('POST', '/InvokeCommand$', `"${RELEASE}".*"User":."${ben}".`)).toBe(1)
      })

      it('says who has not got it where it came to some of them', async () => {
        const [ana, ben] = recipients()
        await releasedTo(ana)
        const run = await running.plan([first()])
        expect(await executeActionRun(run)).toMatchObject({ state: 'partly' })
        expect((await only(run)).reason).toContain(`Not to ${ben}.`)
      })
    })

    it('releases to all where nobody is named', async () => {
      const run = await running.plan([first()], { options: { recipients: '' } })
      expect(await executeActionRun(run)).toMatchObject({ state: 'done' })
      expect(running.stage().requestsTo('POST', '/InvokeCommand$', '"ReleaseToAll":true')).toBe(1)
    })

    it('leaves a message alone whose recipient is not among those named', async () => {
      const run = await running.plan([first()], { options: { recipients: 'x@other.example' } })
      expect(await executeActionRun(run)).toMatchObject({ state: 'failed' })
      expect((await only(run)).reason).toContain('x@other.example')
      expect(running.effects()).toBe(0)
    })

    it.each(['ana', 'ana@a.example,', 'ana@a.example ben@a.example'])(
      'refuses “%s” for recipients',
      async (recipients) => {
        const refused = expect.objectContaining({ code: 'REQUEST_INVALID' })
        await expect(running.plan([first()], { options: { recipients } })).rejects.toThrow(refused)
      },
    )

    it('fails where the message was deleted since the plan, or before, and says so', async () => {
      const run = await running.plan([first()])
      await running.stage().byHand('Delete-QuarantineMessage', first())
      const later = await running.plan([first()])
      for (const each of [run, later]) {
        expect(await executeActionRun(each)).toMatchObject({ state: 'failed' })
        expect((await only(each)).reason).toContain('deleted there, or has expired')
      }
      expect((await only(later)).address).toBe('not in quarantine any more')
      expect(running.effects()).toBe(0)
    })

    it('fails where the message has expired since the plan', async () => {
      const run = await running.plan([first()])
      await running.stage().wait(31 * 24 * 60 * 60_000)
      expect(await executeActionRun(run)).toMatchObject({ state: 'failed' })
      expect((await only(run)).reason).toContain('has expired')
    })
  },
)
