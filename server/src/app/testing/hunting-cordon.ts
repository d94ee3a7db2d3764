import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { z } from 'zod'

import { GraphMessage, IMMUTABLE_IDS } from '#connect/apis/graph/mail.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { startEmulator, type Emulator } from '#connect/testing/start-emulator.ts'
import { systemClock } from '#domain/clock.ts'
import type { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { Investigation, InvestigationMailbox, MailHit } from '#domain/investigation.ts'
import type { User } from '#domain/user.ts'
import { copyTemplate } from '#store/testing/temporary-records.ts'

import { type Application, compose } from '#app/compose.ts'
import { readConfig } from '#app/config.ts'
import type { NewInvestigation } from '#app/investigations.ts'

/** Cordon as it runs, job queue and all, connected to an emulated company. It hunts; nothing is collected. */
export interface HuntingCordon {
  readonly app: Application
  emulator: Emulator
  tenantId: TenantId
  connectionId: string
  user: User
  /** What was logged. */
  logged: AppError[]
  /** Moves Cordon's clock on; Microsoft's stays. */
  advance(ms: number): void
  start(request: Partial<NewInvestigation> & Pick<NewInvestigation, 'filter'>): Promise<Investigation>
  /** Resolves when `holds` is true of the investigation, looking at each piece of news. */
  when(id: string, holds: (investigation: Investigation) => boolean): Promise<Investigation>
  ended(id: string): Promise<Investigation>
  hits(id: string): Promise<MailHit[]>
  mailboxes(id: string): Promise<InvestigationMailbox[]>
  /** What an application with other roles is told. */
  clientWith(...roles: string[]): Promise<Microsoft>
  /** Stops Cordon and starts it again on the same data. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const ENDED: ReadonlySet<string> = new Set(['done', 'stopped', 'failed'])
/** Long: the machine may have much else to do. */
const DEADLINE_MS = 300_000

export async function startHuntingCordon(
  options: { emulator?: readonly string[]; roundEveryMs?: number } = {},
): Promise<HuntingCordon> {
  const emulator = await startEmulator(['--no-live', ...(options.emulator ?? [])])
  const folder = await mkdtemp(join(tmpdir(), 'cordon-hunting-'))
  await copyTemplate(join(folder, 'records'))
  const config = readConfig({ CORDON_DATA: folder, CORDON_CLOUD_FILE: emulator.cloudFile })
  const logged: AppError[] = []
  let ahead = 0
  const clock = { now: () => systemClock.now() + ahead }
  const open = async () => {
    const opened = await compose(config, {
      clock,
      log: (error) => void logged.push(error),
      ...(options.roundEveryMs !== undefined && { roundEveryMs: options.roundEveryMs }),
    })
    await opened.sessions.ensureAdministrator('admin', 'correct horse battery')
    await opened.start()
    return opened
  }
  let app = await open()
  const user = (await app.sessions.findByName('admin'))!
  const { id: tenantId, applications } = emulator.tenants[0]!
  const { id: connectionId } = await app.connections.create(user, {
    name: 'Emulated',
    cloud: 'emulated',
    directoryId: tenantId,
    clientId: applications[0]!.clientId,
    credential: { kind: 'secret', secret: applications[0]!.secret! },
    feeds: [],
  })

  async function when(id: string, holds: (investigation: Investigation) => boolean): Promise<Investigation> {
    const { promise, resolve, reject } = Promise.withResolvers<Investigation>()
    const read = async () => {
      const investigation = await app.investigations.read(tenantId, id)
      if (holds(investigation)) resolve(investigation)
      return investigation
    }
    const unsubscribe = app.bus.subscribe(tenantId, (news) => {
      if (news.kind === 'investigation' && news.investigation.id === id && holds(news.investigation))
        resolve(news.investigation)
    })
    // News are only news: what happened before we listened, and what is not told, is in the store.
    const look = setInterval(() => void read().catch(reject), 100)
    const tooLate = setTimeout(
      () => void read().then((last) => reject(new Error(`It did not come about: ${JSON.stringify(last)}`)), reject),
      DEADLINE_MS,
    )
    try {
      return await promise
    } finally {
      unsubscribe()
      clearInterval(look)
      clearTimeout(tooLate)
    }
  }

  return {
    get app() {
      return app
    },
    emulator,
    tenantId,
    connectionId,
    user,
    logged,
    advance: (ms) => void (ahead += ms),
    start: (request) =>
      app.investigations.create(user, tenantId, {
        name: 'Hunt',
        targets: { kind: 'all' },
        method: 'auto',
        duration: { kind: 'once' },
        ...request,
      }),
    when,
    ended: (id) => when(id, ({ state }) => ENDED.has(state)),
    hits: (id) => app.investigations.hits(tenantId, id),
    mailboxes: async (id) => (await app.investigations.mailboxes(tenantId, id, {})).mailboxes,
    async clientWith(...roles) {
      const added = await emulator.request('/applications', { name: `May ${roles.join(', ')}`, roles })
      return emulator.client({ application: added as { clientId: string; secret: string } })
    },
    async restart() {
      await app.close()
      app = await open()
    },
    async stop() {
      await app.close()
      await emulator.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const GraphUser = z.object({ id: z.string(), userPrincipalName: z.string() })

/** Where every message lies, as an auditor finds it who opens all mailboxes and knows nothing of Cordon. */
export interface Post {
  /** `mailbox-id message-id` of each copy, by its message ID. */
  copies(...internetMessageIds: string[]): string[]
  idOf(userPrincipalName: string): string
  userIds: string[]
}

export async function readAllPost(emulator: Emulator): Promise<Post> {
  const auditor = emulator.client({ application: emulator.tenants[0]!.applications[1]! })
  const ask = <T>(path: string, item: z.ZodType<T>) =>
    auditor.pages({ api: 'graph', path: `/v1.0${path}`, headers: IMMUTABLE_IDS, what: 'Could not audit.' }, item)
  const users: z.infer<typeof GraphUser>[] = []
  for await (const page of ask('/users?$select=id,userPrincipalName&$top=999', GraphUser)) users.push(...page)
  const copies = new Map<string, string[]>()
  const open = async (id: string, place: string) => {
    const fields = '$select=id,parentFolderId,internetMessageId&$top=1000'
    for await (const messages of ask(`/users/${id}/${place}messages?${fields}`, GraphMessage)) {
      for (const { id: message, internetMessageId } of messages) {
        const known = copies.get(internetMessageId!) ?? []
        copies.set(internetMessageId!, [...known, `${id} ${message}`])
      }
    }
  }
  await Promise.all(
    users.map(async ({ id }) => {
      // Whoever has no mailbox has no post.
      await open(id, '').then(
        () => open(id, 'mailFolders/recoverableitemsdeletions/'),
        () => undefined,
      )
    }),
  )
  const ids = new Map(users.map(({ id, userPrincipalName }) => [userPrincipalName, id]))
  return {
    copies: (...internetMessageIds) => internetMessageIds.flatMap((id) => copies.get(id) ?? []).toSorted(),
    idOf: (name) => ids.get(name)!,
    userIds: users.map(({ id }) => id),
  }
}

/** Hits in the words of {@link Post}. */
export const placesOf = (hits: readonly MailHit[]): string[] =>
  hits.map(({ userId, messageId }) => `${userId} ${messageId}`).toSorted()
