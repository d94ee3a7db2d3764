import { pathOf } from '#world/mail/folders.ts'
import { random } from '#world/random.ts'
import { sizeOfItem } from '#world/mail/item.ts'
import type { Folder } from '#world/mail/folders.ts'
import type { Message } from '#world/mail/message.ts'
import type { Recorded } from '#world/changes.ts'
import type { Left } from '#world/surface.ts'
import type { World } from '#world/world.ts'

import { CONTENT_TYPES } from './content-types.ts'
import { ContentBodies } from './content-bodies.ts'
import { groupEvent } from './records/exchange.ts'
import { largeRecordIds, largeRecords } from './large-content.ts'
import { recordIds, records, scheduled } from './schedule.ts'
import type { AuditRecord, Publication } from './records/record.ts'
import type { ContentType } from './content-types.ts'
import type { LargeContent } from './large-content.ts'
import type { LiveActivity, ScheduledBlob } from './schedule.ts'

/** A piece of content as listings show it, and its records. */
export interface Blob {
  contentType: ContentType
  /** `contentId` */
  id: string
  createdAt: number
  listedAt: number
  recordIds: () => string[]
  records: () => AuditRecord[]
}

/** Gives the records that a scenario leaves behind. */
export interface AuditSource {
  audit: (world: World) => Publication[]
}

/** What the emulated actions' own records wait for until they are published. */
const ACTION_DELAY = 20_000
const ACTION_SLOT = 5_000

/** Everything the Management Activity API can deliver: benign activity, scenarios, and what clients did to mailboxes. */
export class AuditLog {
  readonly bodies = new ContentBodies()
  readonly #world: World
  readonly #live: LiveActivity
  readonly #sources: readonly AuditSource[]
  #told: Map<string, Publication> | undefined
  /** By content type and slot. */
  #actions = new Map<string, { contentType: ContentType; slot: number; records: AuditRecord[] }>()
  readonly #large: () => Iterable<LargeContent>

  constructor(
    world: World,
    live: LiveActivity,
    sources: readonly AuditSource[],
    large: () => Iterable<LargeContent> = () => [],
  ) {
    this.#world = world
    this.#live = live
    this.#sources = sources
    this.#large = large
  }

  /** Content created in [from, to) that listings show at `now`, oldest first. */
  blobs(contentType: ContentType, from: number, to: number, now: number): Blob[] {
    const found = [
      ...[...scheduled(this.#world, this.#live, contentType, from, Math.min(to, now + 1))].map((blob) =>
        this.#scheduled(blob),
      ),
      ...[...this.#stories]
        .filter(([, story]) => story.contentType === contentType)
        .map(([id, story]) => this.#story(id, story)),
      ...[...this.#actions.values()].filter((made) => made.contentType === contentType).map(actionBlob),
      ...[...this.#large()].filter((each) => each.contentType === contentType).map((each) => this.#largeBlob(each)),
    ]
    return found
      .filter(({ createdAt, listedAt }) => createdAt >= from && createdAt < to && listedAt <= now)
      .sort((a, b) => a.createdAt - b.createdAt)
  }

  /** A blob by its id; undefined for one that does not exist (yet). */
  find(id: string, now: number): Blob | undefined {
    const parsed = parseBlobId(id)
    if (!parsed) return undefined
    const { contentType, createdAt } = parsed
    return this.blobs(contentType, createdAt, createdAt + 1, now).find((blob) => blob.id === id)
  }

  /** Takes in a move that was recorded, `message` as it was before: it leaves a record, published a moment later. */
  apply(change: Moved, message: Message, folders: readonly Folder[]): void {
    this.leave({ contentType: 'Audit.Exchange', at: change.at, record: this.#actionRecord(change, message, folders) })
  }

  /** Takes in a record of something that a client did; published a moment later. */
  leave({ contentType, at, record }: AuditDeed): void {
    const slot = Math.floor(at / ACTION_SLOT)
    const key = `${contentType} ${slot}`
    const made = this.#actions.get(key) ?? { contentType, slot, records: [] }
    made.records.push(record)
    this.#actions.set(key, made)
  }

  reset(): void {
    this.#actions = new Map()
    this.bodies.clear()
  }

  #scheduled(blob: ScheduledBlob): Blob {
    return {
      contentType: blob.contentType,
      createdAt: blob.createdAt,
      listedAt: blob.listedAt,
      id: blobId(blob.contentType, blob.createdAt, 1),
      recordIds: () => recordIds(this.#world, this.#live, blob),
      records: () => records(this.#world, this.#live, blob),
    }
  }

  #largeBlob(content: LargeContent): Blob {
    const { contentType, createdAt } = content
    return {
      contentType,
      createdAt,
      listedAt: createdAt,
      id: blobId(contentType, createdAt, 3),
      recordIds: () => largeRecordIds(this.#world, content),
      records: () => largeRecords(this.#world, content),
    }
  }

  /** Scenario records by blob id: one record to a blob. */
  get #stories(): Map<string, Publication> {
    this.#told ??= new Map(
      this.#sources
        .flatMap((source) => source.audit(this.#world))
        .map((story, i) => [blobId(story.contentType, story.publishedAt, 1000 + i), story]),
    )
    return this.#told
  }

  #story(id: string, { contentType, publishedAt, record }: Publication): Blob {
    return {
      contentType,
      id,
      createdAt: publishedAt,
      listedAt: publishedAt,
      recordIds: () => [record.Id],
      records: () => [record],
    }
  }

  #actionRecord(change: Moved, message: Message, folders: readonly Folder[]): AuditRecord {
    const owner = this.#world.directory.find(change.mailbox)!
    const names = new Map(folders.map(({ key }) => [key, pathOf(folders, key)]))
    const r = random(this.#world.seed, 'action', change.number, change.mailbox, change.item)
    const event = {
      id: r.guid(),
      at: change.at,
      owner,
      ip: '127.0.0.1',
      operation: change.operation,
      appId: change.appId,
      clientInfo: 'Client=REST;Client=RESTSystem;;',
    }
    const { subject, internetMessageId } = message.item
    const path = names.get(message.folder) ?? '\\Inbox'
    const item = { id: `RgAAAA${r.hex(40)}`, subject, internetMessageId, path, size: sizeOfItem(message.item) }
    return groupEvent(this.#world, event, [item], names.get(change.to) ?? '\\Inbox')
  }
}

function actionBlob(made: { contentType: ContentType; slot: number; records: AuditRecord[] }): Blob {
  // After the slot has ended, so that the blob is complete when it is seen.
  const createdAt = (made.slot + 1) * ACTION_SLOT + ACTION_DELAY
  return {
    contentType: made.contentType,
    id: blobId(made.contentType, createdAt, 2),
    createdAt,
    listedAt: createdAt,
    recordIds: () => made.records.map(({ Id }) => Id),
    records: () => made.records,
  }
}

/** A record of what a client did, before it is published. `at` in milliseconds of tenant time. */
export interface AuditDeed {
  contentType: ContentType
  at: number
  record: AuditRecord
}

/** Surface name of audit records left by services: `tenant.leave(auditDeed(…))`. */
export const AUDIT_SURFACE = 'audit'

/** An audit record that a service leaves behind for what a client did: in the feed some 20 seconds later. */
export const auditDeed = (contentType: ContentType, at: number, record: AuditRecord): Left => ({
  surface: AUDIT_SURFACE,
  id: record.Id,
  at,
  publishedAt: at,
  record: { contentType, at, record } satisfies AuditDeed,
})

type Moved = Extract<Recorded, { type: 'message.moved' }>

/** `20261120080501234000001$20261120080501234000001$audit_exchange$Audit_Exchange$emea0027` */
function blobId(contentType: ContentType, createdAt: number, sequence: number): string {
  const stamp = `${new Date(createdAt).toISOString().replaceAll(/\D/g, '')}${String(sequence).padStart(6, '0')}`
  const name = contentType.replace('.', '_')
  return `${stamp}$${stamp}$${name.toLowerCase()}$${name}$emea0027`
}

/** What an id says about its blob; undefined for text that is no id. */
export function parseBlobId(id: string): { contentType: ContentType; createdAt: number } | undefined {
  const found = /^(\d{17})(\d{6})\$\1\2\$(\w+)\$(\w+)\$emea0027$/.exec(id)
  if (!found) return undefined
  const [, stamp, , , name] = found
  const contentType = CONTENT_TYPES.find((known) => known.replace('.', '_') === name)
  const [, date, hour, minute, second, fraction] = /^(\d{8})(\d\d)(\d\d)(\d\d)(\d{3})$/.exec(stamp!)!
  const day = `${date!.slice(0, 4)}-${date!.slice(4, 6)}-${date!.slice(6)}`
  const createdAt = Date.parse(`${day}T${hour}:${minute}:${second}.${fraction}Z`)
  return contentType && !Number.isNaN(createdAt) ? { contentType, createdAt } : undefined
}
