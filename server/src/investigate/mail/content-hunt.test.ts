import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { GraphMessage, IMMUTABLE_IDS, messageMimeUrl, messageUrl } from '#connect/apis/graph/mail.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import { allOf, type MailField, type MailFilter } from '#domain/mail-filter.ts'
import { hashOf } from '#mail/hash.ts'
import { parseMail } from '#mail/parse-mail.ts'
import type { ParsedMail } from '#mail/parsed-mail.ts'

import { cleanFilter } from './filter.ts'
import { scanMailbox } from './scan.ts'

/** The campaign as it was made: the message, two that sent it on, and a second message with a link to the same host. */
const Campaign = z.object({
  internetMessageId: z.string(),
  link: z.string(),
  recipients: z.array(z.string()),
  forwards: z.array(z.object({ internetMessageId: z.string(), from: z.string(), to: z.array(z.string()) })),
  secondMessage: z.object({ internetMessageId: z.string(), junked: z.array(z.string()), removed: z.array(z.string()) }),
})
const Truth = z.object({ recipients: z.array(z.object({ userId: z.string(), immutableId: z.string() })) })
const Scenarios = z.object({ scenarios: z.array(z.object({ id: z.string(), truth: z.unknown() })) })
const Users = z.object({ value: z.array(z.object({ userPrincipalName: z.string(), mail: z.string().nullable() })) })
const Journal = z.object({ entries: z.array(z.object({ url: z.string() })) })
const Listed = z.object({ value: z.array(GraphMessage) })

let emulator: Emulator
let microsoft: Microsoft & { close(): Promise<void> }
let campaign: z.infer<typeof Campaign>
let phish: { envelope: GraphMessage; mail: ParsedMail }
/** Mailboxes searched: of whoever had to do with the campaign, and of some who had not. */
let mailboxes: string[]

beforeAll(async () => {
  emulator = await startEmulator()
  microsoft = emulator.client()
  const { scenarios } = Scenarios.parse(await emulator.request('/ground-truth/scenarios'))
  campaign = Campaign.parse(scenarios.find(({ id }) => id === 'phish-campaign')!.truth)
  const [first] = Truth.parse(await emulator.request('/ground-truth/phish')).recipients
  phish = await read(first!.userId, first!.immutableId)
  const { value } = await microsoft.json(graph('/v1.0/users?$top=20&$select=userPrincipalName,mail'), Users)
  const { recipients, forwards, secondMessage } = campaign
  const concerned = [
    ...recipients,
    ...forwards.flatMap(({ to }) => to),
    ...secondMessage.junked,
    ...secondMessage.removed,
  ]
  const others = value.flatMap(({ userPrincipalName, mail }) => (mail === null ? [] : [userPrincipalName]))
  mailboxes = [...new Set([...concerned, ...others])]
})
afterAll(async () => {
  await microsoft?.close()
  await emulator?.stop()
})

const graph = (path: string) => ({ api: 'graph', path, headers: IMMUTABLE_IDS, what: 'Could not read.' }) as const

async function read(userId: string, messageId: string) {
  const envelope = await microsoft.json(graph(`/v1.0${messageUrl(userId, messageId)}`), GraphMessage)
  const { body } = await microsoft.send(graph(`/v1.0${messageMimeUrl(userId, messageId)}`))
  return { envelope, mail: await parseMail(body) }
}

/** Hits of a day around the phish, as mailbox and message ID. */
async function hunt(filter: MailFilter, users = mailboxes): Promise<string[]> {
  const at = Date.parse(phish.envelope.receivedDateTime!)
  const dates = {
    receivedFrom: new Date(at - 12 * 3_600_000).toISOString(),
    receivedTo: new Date(at + 12 * 3_600_000).toISOString(),
  }
  const found: string[] = []
  for (const user of users) {
    const mailbox = { userId: user, userPrincipalName: user }
    const search = { microsoft, investigationId: 'i', filter: cleanFilter({ ...dates, ...filter }), mailbox }
    found.push(...(await scanMailbox(search)).hits.map(({ internetMessageId }) => `${user} ${internetMessageId}`))
  }
  return found.toSorted()
}

const delivered = () => campaign.recipients.map((user) => `${user} ${campaign.internetMessageId}`)
const forwarded = () =>
  campaign.forwards.flatMap(({ internetMessageId, from, to }) =>
    [from, ...to].map((user) => `${user} ${internetMessageId}`),
  )
const followed = () =>
  [...campaign.secondMessage.junked, ...campaign.secondMessage.removed].map(
    (user) => `${user} ${campaign.secondMessage.internetMessageId}`,
  )
const headerOf = (wanted: string) => phish.mail.headers.find(({ name }) => name === wanted)!.value
const host = () => new URL(campaign.link).hostname

describe('a hunt by what a message holds', () => {
  it.each<[string, MailField, () => string, () => string[]]>([
    ['the host of its link', 'url', host, () => [...delivered(), ...forwarded(), ...followed()]],
    [
      'its link, defanged',
      'url',
      () => campaign.link.replace('http', 'hxxp').replaceAll('.', '[.]'),
      () => [...delivered(), ...forwarded()],
    ],
    [
      'a sentence of it',
      'body',
      () =>
        phish.mail.text
          .split('\n')
          .find((line) => line.length > 30)!
          .toUpperCase(),
      () => [...delivered(), ...forwarded()],
    ],
    [
      'an expression',
      'regex',
      () => `(?i)https?://${host().replaceAll('.', '\\.')}/`,
      () => [...delivered(), ...forwarded(), ...followed()],
    ],
    ['its sender’s name', 'sender-name', () => phish.mail.from[0]!.name.toUpperCase(), delivered],
    [
      'Exchange’s own ID',
      'network-message-id',
      () => headerOf('X-MS-Exchange-Organization-Network-Message-Id'),
      delivered,
    ],
  ])('finds every copy, those sent on too, and nothing else, by %s', async (_, field, value, expected) => {
    expect(await hunt(allOf({ [field]: value() }))).toEqual(expected().toSorted())
  })

  it('finds a file by its hash, computed from the bytes: Keepnet’s “O365 MD5 filter broken”', async () => {
    const user = mailboxes[0]!
    const path = `/v1.0/users/${user}/messages?$filter=hasAttachments eq true&$top=50&$select=id,parentFolderId,receivedDateTime,internetMessageId`
    const { value } = await microsoft.json(graph(path.replaceAll(' ', '%20')), Listed)
    const opened = await Promise.all(value.map(({ id }) => read(user, id)))
    const carrier = opened.find(({ mail }) => mail.attachments.length > 0)!
    const [file] = carrier.mail.attachments
    const receivedFrom = carrier.envelope.receivedDateTime!
    for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512'] as const) {
      const filter = allOf({ 'attachment-hash': hashOf(file!.bytes, algorithm) })
      const dates = { receivedFrom, receivedTo: receivedFrom }
      expect(await hunt({ ...filter, ...dates }, [user])).toContain(`${user} ${carrier.envelope.internetMessageId}`)
    }
    const other = allOf({ 'attachment-hash': 'ab'.repeat(32) })
    expect(await hunt({ ...other, receivedFrom, receivedTo: receivedFrom }, [user])).toEqual([])
  })

  it('needs no body where the envelope decides', async () => {
    const asked = async () => {
      const { entries } = Journal.parse(await emulator.request('/journal?limit=100000'))
      return entries.filter(({ url }) => url.includes('$value')).length
    }
    const before = await asked()
    expect(await hunt(allOf({ url: host(), from: 'nobody@nowhere.example' }))).toEqual([])
    expect(await asked()).toBe(before)
    expect(before).toBeGreaterThan(0)
  })
})
