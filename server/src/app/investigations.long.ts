import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { allOf, type MailField, type MailFilter } from '#domain/mail-filter.ts'
import type { Investigation, InvestigationMailbox } from '#domain/investigation.ts'

import { type HuntingCordon, placesOf, type Post, readAllPost, startHuntingCordon } from './testing/hunting-cordon.ts'

/** Every scenario with mail in it: what an analyst would ask, and the messages that are meant. */

const Mail = z.object({ internetMessageId: z.string() })
const Truth = {
  'phish-campaign': Mail.extend({
    sender: z.string(),
    recipients: z.array(z.string()),
    forwards: z.array(Mail),
    secondMessage: Mail.extend({ sender: z.string(), junked: z.array(z.string()), removed: z.array(z.string()) }),
  }),
  'account-takeover': z.object({ sent: z.string(), hidden: z.string() }),
  'business-email-compromise': z.object({
    lure: Mail.extend({ link: z.string() }),
    fraud: z.array(Mail),
    hidden: z.array(Mail),
  }),
  'oauth-consent': z.object({ lure: Mail, delivered: z.array(z.string()), sentOn: Mail }),
  'mass-download': Mail,
  'mailbox-delegation': z.object({ sent: Mail, read: z.array(z.string()) }),
  'sharing-links': Mail,
  'malware-device': Mail.extend({ sha256: z.string(), passedOn: z.array(Mail) }),
}
const Scenarios = z.object({ scenarios: z.array(z.object({ id: z.string(), truth: z.unknown() })) })

let cordon: HuntingCordon
let post: Post
let scenarios: z.infer<typeof Scenarios>['scenarios']

beforeAll(async () => {
  cordon = await startHuntingCordon({ emulator: ['--scenario', 'all', '--throttle', 'off'] })
  post = await readAllPost(cordon.emulator)
  scenarios = Scenarios.parse(await cordon.emulator.request('/ground-truth/scenarios')).scenarios
})
afterAll(() => cordon?.stop())

function truthOf<Id extends keyof typeof Truth>(id: Id): z.infer<(typeof Truth)[Id]> {
  return Truth[id].parse(scenarios.find((each) => each.id === id)!.truth) as z.infer<(typeof Truth)[Id]>
}
const ids = (mails: readonly z.infer<typeof Mail>[]) => mails.map(({ internetMessageId }) => internetMessageId)
const anyOf = (field: MailField, values: readonly string[]): MailFilter => ({
  where: { logic: 'or', conditions: values.map((value) => ({ field, value })) },
})

interface Question {
  what: string
  filter: MailFilter
  /** Message IDs that are meant. */
  meant: string[]
}

function questions(): Question[] {
  const phish = truthOf('phish-campaign')
  const takeover = truthOf('account-takeover')
  const fraud = truthOf('business-email-compromise')
  const consent = truthOf('oauth-consent')
  const delegation = truthOf('mailbox-delegation')
  const malware = truthOf('malware-device')
  const byId = (what: string, meant: string[]) => ({ what, filter: anyOf('internet-message-id', meant), meant })
  return [
    { what: 'the phish, by its sender', filter: allOf({ from: phish.sender }), meant: [phish.internetMessageId] },
    {
      what: 'the second phish, by its sender’s domain',
      filter: allOf({ from: phish.secondMessage.sender.split('@')[1]! }),
      meant: [phish.secondMessage.internetMessageId],
    },
    byId('who sent the phish on', ids(phish.forwards)),
    byId('what the thief of an account sent and hid', [takeover.sent, takeover.hidden]),
    {
      what: 'the lure of a fraud, by its link and its sender’s domain',
      filter: allOf({ url: fraud.lure.link, from: 'sharefiles-notice.example' }),
      meant: [fraud.lure.internetMessageId],
    },
    byId('the correspondence of a fraud', ids([...fraud.fraud, ...fraud.hidden])),
    byId('a lure to consent, and who sent it on', ids([consent.lure, consent.sentOn])),
    byId('what a delegate read and sent', [...delegation.read, delegation.sent.internetMessageId]),
    byId('what leavers sent home', ids([truthOf('mass-download'), truthOf('sharing-links')])),
    {
      what: 'a malicious document, by its hash, and who passed it on',
      filter: allOf({ 'attachment-hash': malware.sha256, subject: 'Berth rates' }),
      meant: ids([malware, ...malware.passedOn]),
    },
  ]
}

/** All that was asked, each both ways, at the same time: what was found, and what is there. */
async function huntAll(): Promise<Record<'found' | 'meant', Record<string, string[]>>> {
  const found: Record<string, string[]> = {}
  const meant: Record<string, string[]> = {}
  const started = await Promise.all(
    questions().flatMap((question) =>
      (['auto', 'scan'] as const).map(async (method) => {
        const { id } = await cordon.start({ name: question.what, filter: question.filter, method })
        return { question, method, id }
      }),
    ),
  )
  for (const { question, method, id } of started) {
    const [investigation, hits] = [await cordon.ended(id), await cordon.hits(id)]
    const what = `${question.what} (${method})`
    found[what] = placesOf(hits)
    meant[what] = post.copies(...question.meant)
    expect(investigation).toMatchObject({ name: question.what, state: 'done', mailboxesFailed: 0, hits: hits.length })
    addsUp(investigation, await cordon.mailboxes(id))
    expect(investigation.mailboxesTotal).toBeGreaterThanOrEqual(method === 'scan' ? post.userIds.length : 1)
  }
  return { found, meant }
}

/** Each mailbox once, each with an end, and the counters say the same. */
function addsUp(investigation: Investigation, mailboxes: readonly InvestigationMailbox[]): void {
  const { mailboxesTotal, mailboxesDone, mailboxesFailed, hits } = investigation
  const count = (state: InvestigationMailbox['state']) => mailboxes.filter((each) => each.state === state).length
  expect(new Set(mailboxes.map(({ userId }) => userId)).size).toBe(mailboxesTotal)
  expect(mailboxes).toHaveLength(mailboxesTotal)
  expect(mailboxesDone).toBe(mailboxesTotal)
  expect(count('searched') + count('no-mailbox') + count('failed') + count('skipped')).toBe(mailboxesTotal)
  expect(count('failed')).toBe(mailboxesFailed)
  expect(mailboxes.reduce((sum, each) => sum + each.hits, 0)).toBe(hits)
}

const fault = (what: object, seed: number) => ({ match: { service: 'graph', probability: 0.01, seed }, do: what })
/** Together a little more than five in a hundred requests. */
const FAULTS = [
  { status: 503, body: { error: { code: 'ServiceUnavailable', message: 'Try again.' } } },
  { reset: true },
  { truncate: true },
  { dropAfterCommit: true },
  { status: 429, headers: { 'Retry-After': '1' }, body: { error: { code: 'ApplicationThrottled', message: 'Slow.' } } },
  { status: 429, body: { error: { code: 'ApplicationThrottled', message: 'Slow.' } } },
].map((what, index) => fault(what, index + 1))

describe('every scenario with mail in it', () => {
  it('is what the scenarios say it is', () => {
    // The auditor's eyes are good: what he found is what the scenarios tell.
    const { recipients, internetMessageId, secondMessage } = truthOf('phish-campaign')
    const at = (message: string) => post.copies(message).map((copy) => copy.split(' ')[0])
    expect(at(internetMessageId)).toEqual(recipients.map(post.idOf).toSorted())
    expect(at(truthOf('oauth-consent').lure.internetMessageId)).toEqual(
      truthOf('oauth-consent').delivered.map(post.idOf).toSorted(),
    )
    const { junked, removed } = secondMessage
    const left = at(secondMessage.internetMessageId)
    for (const name of junked) expect(left).toContain(post.idOf(name))
    for (const id of left) expect([...junked, ...removed].map(post.idOf)).toContain(id)
    for (const { meant } of questions()) for (const id of meant) expect(post.copies(id)).not.toEqual([])
  })

  it('is found, every copy and nothing else, both ways', { timeout: 240_000 }, async () => {
    const { found, meant } = await huntAll()
    expect(found).toEqual(meant)
  })

  it('is found while five in a hundred requests fail', { timeout: 240_000 }, async () => {
    await cordon.emulator.request('/faults', { rules: FAULTS })
    const { found, meant } = await huntAll()
    expect(found).toEqual(meant)
    const { rules } = (await cordon.emulator.request('/faults')) as { rules: { struck: number }[] }
    await cordon.emulator.request('/faults', undefined, 'DELETE')
    for (const { struck } of rules) expect(struck).toBeGreaterThan(0)
  })
})
