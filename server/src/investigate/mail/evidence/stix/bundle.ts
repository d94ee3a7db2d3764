import { type Clock, isoTime } from '#domain/clock.ts'
import type { Investigation, MailHit } from '#domain/investigation.ts'

import { jsonArray, jsonObject, jsonText } from '#investigate/mail/evidence/json.ts'
import { readAhead } from '#investigate/mail/evidence/read-ahead.ts'

import { objectId, observableId } from './ids.ts'

/**
 * An investigation as a STIX 2.1 bundle, for threat intelligence platforms: each message once, however many mailboxes hold it,
 * with its sender, the mailboxes, and, where content was read, its links and files; a report holds it all together.
 * @see https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html
 */
export interface StixSource {
  investigation: Investigation
  hits: AsyncIterable<MailHit>
  clock: Clock
  /** What is in a message. Without it the bundle tells of envelopes alone. */
  contentOf?: (hit: MailHit) => Promise<StixContent>
}

/** Links and files of a message, or why they could not be had. */
export type StixContent =
  | { contentType?: string | undefined; urls: readonly string[]; files: readonly StixFile[] }
  | { unread: string }

export interface StixFile {
  /** Empty where it has none. */
  name: string
  mediaType: string
  /** Bytes. */
  size: number
  hashes: { MD5: string; 'SHA-1': string; 'SHA-256': string }
}

type StixObject = { type: string; id: string } & Record<string, unknown>

/** A message with all its copies. */
interface Message {
  hit: MailHit
  copies: number
  first: string
  last: string
  mailboxes: Set<string>
}

/** The bundle as JSON, piece by piece. */
export function stixBundle(source: StixSource): AsyncGenerator<string> {
  return jsonObject({
    type: jsonText('bundle'),
    id: jsonText(objectId('bundle', source.investigation.id)),
    objects: jsonArray(stixObjects(source)),
  })
}

/** The objects of the bundle: none twice, none referred to that is not there, the report last. */
async function* stixObjects(source: StixSource): AsyncGenerator<StixObject> {
  const { investigation, contentOf } = source
  const common = versionOf(source)
  const told = new Set<string>()
  const fresh = (objects: readonly StixObject[]) => objects.filter(({ id }) => !told.has(id) && told.add(id))

  yield* fresh([CREATOR])
  const messages = (await messagesOf(investigation, source.hits)).values()
  const read = readAhead(messages, async (message) => ({ message, content: await contentOf?.(message.hit) }))
  for await (const { message, content } of read) {
    yield* fresh(objectsOf(message, content, investigation.id, common))
  }
  yield {
    type: 'report',
    id: objectId('report', investigation.id),
    ...common,
    name: investigation.name,
    description: `Mail investigation: ${investigation.hits} messages in ${investigation.mailboxesDone} of ${investigation.mailboxesTotal} mailboxes.`,
    report_types: ['observed-data'],
    published: common.modified,
    object_refs: [...told],
  }
}

/** Who speaks. The same in every bundle, whoever runs Cordon: it is the program that observed, not the company. */
const CREATOR: StixObject = {
  type: 'identity',
  spec_version: '2.1',
  id: objectId('identity', 'Cordon'),
  created: '2026-01-01T00:00:00.000Z',
  modified: '2026-01-01T00:00:00.000Z',
  name: 'Cordon',
  identity_class: 'system',
}

/** What an investigation that has ended says never changes; what one says that still runs is true of this moment. */
function versionOf({ investigation, clock }: StixSource) {
  return {
    spec_version: '2.1',
    created_by_ref: CREATOR.id,
    created: stixTime(investigation.createdAt),
    modified: investigation.endedAt === undefined ? isoTime(clock.now()) : stixTime(investigation.endedAt),
  }
}

async function messagesOf(investigation: Investigation, hits: AsyncIterable<MailHit>): Promise<Map<string, Message>> {
  const messages = new Map<string, Message>()
  for await (const hit of hits) {
    // Mail without a message ID (drafts, broken mail) cannot be told to be the same.
    const key = hit.internetMessageId === '' ? hit.id : hit.internetMessageId
    const at = stixTime(hit.receivedAt || investigation.createdAt)
    const known = messages.get(key)
    if (known) {
      known.copies += 1
      known.mailboxes.add(hit.userPrincipalName)
      if (at < known.first) known.first = at
      if (at > known.last) known.last = at
    } else {
      messages.set(key, { hit, copies: 1, first: at, last: at, mailboxes: new Set([hit.userPrincipalName]) })
    }
  }
  return messages
}

function objectsOf(
  { hit, copies, first, last, mailboxes }: Message,
  content: StixContent | undefined,
  investigationId: string,
  common: ReturnType<typeof versionOf>,
): StixObject[] {
  const read = content && !('unread' in content) ? content : undefined
  const from = hit.sender.includes('@') ? address(hit.sender) : undefined
  const observables = [
    ...(from ? [from] : []),
    ...[...mailboxes].toSorted().map(address),
    emailMessage(hit, from?.id, read?.contentType),
    ...(read?.urls ?? []).map(url),
    ...(read?.files ?? []).map(file),
  ]
  const messageKey = hit.internetMessageId || hit.id
  const observed = {
    type: 'observed-data',
    id: objectId('observed-data', investigationId, messageKey),
    ...common,
    first_observed: first,
    last_observed: last,
    number_observed: copies,
    object_refs: [...new Set(observables.map(({ id }) => id))],
  }
  const unread = content && 'unread' in content ? [unreadNote(content.unread, messageKey, observed, common)] : []
  return [...observables, observed, ...unread]
}

function unreadNote(reason: string, key: string, about: StixObject, common: ReturnType<typeof versionOf>): StixObject {
  return {
    type: 'note',
    id: objectId('note', about.id, key),
    ...common,
    abstract: 'Links and files are missing',
    content: `The content of this message could not be read. ${reason}`,
    object_refs: [about.id],
  }
}

/**
 * The standard would take messages of the same sender and subject for one, whatever their message ID; those of a campaign
 * often are. So their identity is of our making.
 */
function emailMessage(hit: MailHit, fromRef: string | undefined, contentType: string | undefined): StixObject {
  return {
    type: 'email-message',
    spec_version: '2.1',
    id: objectId('email-message', hit.internetMessageId || hit.id, hit.sender, hit.subject),
    // Required. Where nothing was read, attachments are what tells.
    is_multipart: contentType === undefined ? hit.hasAttachments : /^\s*multipart\//i.test(contentType),
    ...(contentType !== undefined && { content_type: contentType }),
    ...(fromRef !== undefined && { from_ref: fromRef }),
    ...(hit.subject !== '' && { subject: hit.subject }),
    ...(hit.internetMessageId !== '' && { message_id: hit.internetMessageId }),
  }
}

function address(value: string): StixObject {
  return { type: 'email-addr', spec_version: '2.1', id: observableId('email-addr', { value }), value }
}

function url(value: string): StixObject {
  return { type: 'url', spec_version: '2.1', id: observableId('url', { value }), value }
}

function file({ name, mediaType, size, hashes }: StixFile): StixObject {
  const named = name === '' ? {} : { name }
  // Of several hashes the standard takes the first it knows.
  const id = observableId('file', { hashes: { MD5: hashes.MD5 }, ...named })
  const typed = mediaType === '' ? {} : { mime_type: mediaType }
  return { type: 'file', spec_version: '2.1', id, hashes, size, ...named, ...typed }
}

/** RFC 3339 in UTC with milliseconds. */
function stixTime(iso: string): string {
  return isoTime(Date.parse(iso))
}
