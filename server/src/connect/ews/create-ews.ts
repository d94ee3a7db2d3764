import { setTimeout } from 'node:timers/promises'

import { createBudgets } from '#connect/budgets.ts'
import { ConnectionClosed } from '#connect/connection-closed.ts'
import { isThrottled } from '#connect/faults.ts'
import { sendPatiently } from '#connect/patience.ts'
import { createThrottle, type Wait } from '#connect/throttle.ts'
import type { Traffic } from '#connect/traffic.ts'
import { createTransport } from '#connect/transport.ts'
import type { Clock } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'

import type { Ews, EwsCall, EwsFolder, EwsMessage, MessageQuery, WellKnownFolder } from './ews.ts'
import { asHttp, ewsFault, notEws, type EwsAsker } from './faults.ts'
import * as operations from './operations.ts'
import { idOf, readMessage, readRecipients } from './read-message.ts'
import { readSoap, soapRequest, type ResponseMessage, type SoapAnswer } from './soap.ts'
import { childOf, textOf, type XmlElement } from './xml.ts'

export interface EwsOptions {
  tenantId: TenantId
  /** `https://mail.contoso.example/EWS/Exchange.asmx`. */
  url: string
  /** `CONTOSO\svc-cordon` or `svc-cordon@contoso.example`. */
  user: string
  password: string
  /** PEM of the only authority to trust; the machine's own list when absent. */
  ca?: string | undefined
  /** A larger reply is refused; 128 MB when absent: Exchange takes in mail of up to 64 MB through EWS, here as base64. */
  maxReplyBytes?: number
  clock: Clock
  /** How to wait; timers when absent. */
  wait?: Wait
}

/** Exchange lets an account have 27 requests under way (EwsMaxConcurrency); others use the same server. */
const PLACES = 16
const MAX_REPLY_BYTES = 128 * 1024 * 1024
/** What a policy lets be found at once (EwsFindCountLimit). */
const FOLDERS_A_PAGE = 500
const DETAILS_AT_ONCE = 100
/** A folder whose messages move while it is read is read anew. */
const ATTEMPTS = 5

/** What Exchange answers when there is no such item, or folder. */
const ABSENT: ReadonlySet<string> = new Set(['ErrorItemNotFound', 'ErrorFolderNotFound'])

/**
 * {@link Ews} over HTTPS, signed in with a name and a password (Basic). `close()` ends its connections and all waiting; what
 * was asked and is not answered by then rejects with {@link ConnectionClosed}.
 *
 * @throws AppError REQUEST_INVALID for an address that is not https, over which a password must not go.
 */
export function createEws(options: EwsOptions): Ews & { close(): Promise<void> } {
  const { tenantId, user, password, ca, clock } = options
  const { origin, host, path } = readEwsUrl(options.url)
  const wait: Wait = options.wait ?? ((ms, signal) => setTimeout(ms, undefined, { signal }))
  const closing = new AbortController()
  const transport = createTransport(ca, options.maxReplyBytes ?? MAX_REPLY_BYTES)
  const patience = {
    throttle: createThrottle(wait, closing.signal),
    wait,
    clock,
    tenantId,
    budgets: createBudgets(clock),
  }
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const traffic: Traffic = { requests: 0, parts: 0, throttled: 0 }
  let version: string | undefined

  function askerOf({ mailbox, what = `Could not read the mailbox of ${mailbox}.` }: EwsCall): EwsAsker {
    return { what, host, user, password }
  }

  /** One response message for each thing asked about. A fault of the whole is thrown. */
  async function ask(call: EwsCall, operation: string): Promise<ResponseMessage[]> {
    const asker = askerOf(call)
    let answer: SoapAnswer | undefined
    let problem = ''
    const reply = await sendPatiently(
      {
        ...patience,
        transport: {
          async exchange(request) {
            traffic.requests++
            const exchange = await transport.exchange(request)
            if ('error' in exchange) return exchange
            try {
              answer = readSoap(exchange.reply.body.toString('utf8'))
            } catch (error) {
              answer = undefined
              problem = (error as Error).message
            }
            const meant = asHttp(exchange.reply, answer)
            if (isThrottled(meant)) traffic.throttled++
            return { reply: meant }
          },
        },
      },
      {
        scope: { name: `exchange ${host}`, places: PLACES },
        signal: call.signal ? AbortSignal.any([call.signal, closing.signal]) : closing.signal,
        // What is asked of an item is asked by its id: once it was moved or deleted, it is not found a second time.
        repeatable: true,
        call: async () => ({
          what: asker.what,
          method: 'POST',
          origin,
          path,
          headers: {
            authorization,
            'content-type': 'text/xml; charset=utf-8',
            'user-agent': 'Cordon',
            'x-anchormailbox': call.mailbox,
          },
          body: soapRequest(operation, call.mailbox),
          signal: call.signal,
        }),
      },
    ).catch((error: unknown) => {
      throw closing.signal.aborted && !call.signal?.aborted ? new ConnectionClosed() : error
    })
    if (!answer) throw notEws(asker, reply, problem)
    version = answer.version ?? version
    if (answer.kind === 'fault') throw ewsFault(asker, answer.fault, 500)
    return answer.messages
  }

  /** What was answered, or undefined where it is not there. @throws AppError for every other fault. */
  function found(call: EwsCall, { element, fault }: ResponseMessage): XmlElement | undefined {
    if (!fault) return element
    if (ABSENT.has(fault.code)) return undefined
    throw ewsFault(askerOf(call), fault)
  }

  /** The only response message of an operation on one thing. @throws AppError CONNECT_NOT_FOUND where it is not there. */
  async function one(call: EwsCall, operation: string): Promise<XmlElement> {
    const [message] = await ask(call, operation)
    if (!message) throw unreadable(call, new Error('it has no response message'))
    if (message.fault) throw ewsFault(askerOf(call), message.fault)
    return message.element
  }

  function unreadable(call: EwsCall, error: unknown): AppError {
    const reply = { status: 200, headers: {}, body: Buffer.of() }
    return notEws(askerOf(call), reply, error instanceof Error ? error.message : String(error))
  }

  /** What `read` makes of an answer; an answer that lacks what the schema demands is none of EWS. */
  function reading<T>(call: EwsCall, read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw error instanceof AppError ? error : unreadable(call, error)
    }
  }

  async function page(call: EwsCall, query: MessageQuery, offset: number): Promise<(Page | undefined)[]> {
    const messages = await ask(call, operations.findItem(query, offset))
    if (messages.length !== query.folders.length) throw unreadable(call, new Error('it leaves out folders'))
    return messages.map((message) => {
      const element = found(call, message)
      return element && reading(call, () => readPage(element))
    })
  }

  /** The pages of one folder after the first. Each begins with the last item of the one before, or nothing is certain. */
  async function* following(call: EwsCall, query: MessageQuery, first: Page): AsyncGenerator<EwsMessage[]> {
    let attempts = 1
    let offset = 0
    let now = first
    while (!now.isLast) {
      const last = now.ids.at(-1)
      offset += Math.max(0, now.ids.length - 1)
      const [next] = await page(call, query, offset)
      if (!next) return
      if (next.ids[0] === last && last !== undefined && (next.ids.length > 1 || next.isLast)) now = next
      else if (++attempts <= ATTEMPTS) {
        offset = 0
        const [again] = await page(call, query, offset)
        if (!again) return
        now = again
      } else throw shifting(call)
      yield now.messages
    }
  }

  function shifting({ mailbox, what }: EwsCall): AppError {
    return new AppError({
      code: 'CONNECT_UNREACHABLE',
      what: what ?? `Could not read the mailbox of ${mailbox}.`,
      why: `A folder changed ${ATTEMPTS} times while it was listed, so messages may have been passed over.`,
      fix: 'Search this mailbox again when less is moved in it.',
      retry: 'backoff',
    })
  }

  return {
    host,
    traffic,
    get version() {
      return version
    },

    async folders(call) {
      const all: EwsFolder[] = []
      for (let offset = 0; ; offset += FOLDERS_A_PAGE) {
        const element = await one(call, operations.findFolder('msgfolderroot', offset, FOLDERS_A_PAGE))
        const root = childOf(element, 'RootFolder')
        all.push(...reading(call, () => readFolders(root)))
        if (root?.attributes['IncludesLastItemInRange'] !== 'false') return all
      }
    },

    async wellKnown(call, names) {
      const messages = await ask(call, operations.getFolder(names))
      const ids = messages.map((message, i) => {
        const folder = childOf(found(call, message), 'Folders')?.children[0]
        return [names[i]!, childOf(folder, 'FolderId')?.attributes['Id']] as const
      })
      return Object.fromEntries(ids.filter(([, id]) => id !== undefined)) as Partial<Record<WellKnownFolder, string>>
    },

    async *messages(call, query) {
      const pages = await page(call, query, 0)
      for (const [i, first] of pages.entries()) {
        if (!first) continue
        yield first.messages
        yield* following(call, { ...query, folders: [query.folders[i]!] }, first)
      }
    },

    async details(call, ids, headers = false) {
      const all: (EwsMessage | undefined)[] = []
      for (let start = 0; start < ids.length; start += DETAILS_AT_ONCE) {
        const some = ids.slice(start, start + DETAILS_AT_ONCE)
        const messages = await ask(call, operations.getItem(some, headers))
        if (messages.length !== some.length) throw unreadable(call, new Error('it leaves out items'))
        for (const message of messages) {
          const item = childOf(found(call, message), 'Items')?.children[0]
          const read = item && reading(call, () => readMessage(item))
          all.push(read && { ...read, ...readRecipients(item) })
        }
      }
      return all
    },

    async mime(call, id) {
      const [message] = await ask(call, operations.getMime(id))
      const item = message && childOf(found(call, message), 'Items')?.children[0]
      const mime = textOf(item, 'MimeContent')
      if (!item) return undefined
      if (mime === undefined) throw unreadable(call, new Error('it has no MimeContent'))
      return Buffer.from(mime, 'base64')
    },

    async move(call, id, folder) {
      const element = await one(call, operations.moveItem(id, folder))
      const item = childOf(element, 'Items')?.children[0]
      return item && childOf(item, 'ItemId')?.attributes['Id']
    },

    async remove(call, id, how) {
      await one(call, operations.deleteItem(id, how))
    },

    async close() {
      if (closing.signal.aborted) return
      closing.abort(new ConnectionClosed())
      await transport.close()
    },
  }
}

/** @throws AppError REQUEST_INVALID. */
export function readEwsUrl(text: string): { origin: string; host: string; path: string } {
  const url = URL.parse(text.trim())
  if (url?.protocol === 'https:' && !url.username && !url.password && !url.search && !url.hash) {
    return { origin: url.origin, host: url.host, path: url.pathname === '/' ? '/EWS/Exchange.asmx' : url.pathname }
  }
  throw new AppError({
    code: 'REQUEST_INVALID',
    what: 'The Exchange server cannot be reached under this address.',
    why: `${JSON.stringify(text)} is not an https address without name, password and query; a password goes over TLS only.`,
    fix: 'Give the address of Exchange Web Services: https://<server>/EWS/Exchange.asmx.',
  })
}

interface Page {
  /** Of all items. */
  ids: string[]
  messages: EwsMessage[]
  isLast: boolean
}

function readPage(element: XmlElement): Page {
  const root = childOf(element, 'RootFolder')
  const items = childOf(root, 'Items')?.children ?? []
  const isLast = root?.attributes['IncludesLastItemInRange']
  if (isLast === undefined) throw new Error('it does not tell whether a page is the last')
  return { ids: items.map(idOf), messages: items.flatMap((item) => readMessage(item) ?? []), isLast: isLast === 'true' }
}

/** Search folders show messages of other folders. */
function readFolders(root: XmlElement | undefined): EwsFolder[] {
  const folders = childOf(root, 'Folders')?.children ?? []
  return folders.flatMap((folder) => {
    if (folder.name === 'SearchFolder') return []
    const id = childOf(folder, 'FolderId')?.attributes['Id']
    if (id === undefined) throw new Error('a folder has no FolderId')
    return { id, displayName: textOf(folder, 'DisplayName') ?? 'Unknown folder' }
  })
}
