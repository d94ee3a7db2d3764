import { join } from 'node:path'

import { z } from 'zod'

import { type Application, compose } from '#app/compose.ts'
import { readConfig } from '#app/config.ts'
import { formatError } from '#cli/failure.ts'
import type { Clock } from '#domain/clock.ts'
import type { AppError } from '#domain/errors.ts'
import type { User } from '#domain/user.ts'

import { type EmulatedCloud, type Graph, startEmulatedCloud } from './emulated-cloud.ts'

/** A Cordon of its own, connected to an emulated company, and a mailbox in it that an attacker has taken over. */
export interface HuntedTenant {
  cloud: EmulatedCloud
  app: Application
  /** Plans; somebody else approves. */
  analyst: User
  responder: User
  /** The attacker's, who may send mail, and an auditor's, who only looks. */
  graph: Graph
  /** Both clocks go on by this. */
  advance(ms: number): Promise<void>
  stop(): Promise<void>
}

/** Microsoft's own application behind message trace, which a tenant has to provision once. */
const MESSAGE_TRACE_APP = '8bd644d1-64a1-4d4b-ae52-2e0cbf64e373'

/**
 * Starts both in `folder`: the emulator with real throttling and with `latencyMs` on every answer, and Cordon with embedded
 * stores, no feeds, and the job queue running.
 */
export async function startHuntedTenant(
  folder: string,
  { mailboxes, latencyMs }: { mailboxes: number; latencyMs: number },
): Promise<HuntedTenant> {
  const args = `--org ${mailboxes} --latency ${latencyMs} --no-live --proxy-port off --throttle real`.split(' ')
  const cloud = await startEmulatedCloud(join(folder, 'cloud'), args)
  let ahead = 0
  const clock: Clock = { now: () => Date.now() + ahead }
  const config = readConfig({ CORDON_DATA: join(folder, 'data'), CORDON_CLOUD_FILE: cloud.cloudFile })
  const log = (error: AppError) => void process.stderr.write(formatError(error))
  const app = await compose(config, { clock, log })
  await app.sessions.ensureAdministrator('analyst', 'correct horse battery staple')
  const analyst = (await app.sessions.findByName('analyst'))!
  const responder = await app.users.create(analyst, { name: 'responder', role: 'responder' })
  await app.start()
  const { clientId, secret } = cloud.application
  const credential = { kind: 'secret', secret } as const
  const connection = { name: 'Bench', cloud: 'emulated', directoryId: cloud.tenantId, clientId, credential, feeds: [] }
  await app.connections.create(analyst, connection)

  const roles = [
    'User.Read.All',
    'Mail.Send',
    'Mail.Read',
    'Application.ReadWrite.All',
    'ExchangeMessageTrace.Read.All',
  ]
  const graph = await cloud.graphAs(roles)
  await graph('POST', '/v1.0/servicePrincipals', { appId: MESSAGE_TRACE_APP })
  // Provisioning takes its time.
  const advance = async (ms: number) => {
    await cloud.control('/clock', { advanceMs: ms })
    ahead += ms
  }
  await advance(24 * 3600_000)
  return {
    cloud,
    app,
    analyst,
    responder,
    graph,
    advance,
    async stop() {
      app.drain()
      await app.close()
      await cloud.stop()
    },
  }
}

export interface Mailbox {
  id: string
  mail: string
}

const Users = z.object({
  value: z.array(z.object({ id: z.string(), mail: z.string().nullable(), userType: z.string().nullish() })),
  '@odata.nextLink': z.string().optional(),
})

/** Everybody who can get mail. */
export async function peopleOf(graph: Graph): Promise<Mailbox[]> {
  const people: Mailbox[] = []
  let next: string | undefined = '/v1.0/users?$select=id,mail,userType,assignedLicenses&$top=999'
  while (next !== undefined) {
    const page: z.infer<typeof Users> = Users.parse(await graph('GET', next))
    people.push(...page.value.flatMap(({ id, mail, userType }) => (mail && userType !== 'Guest' ? [{ id, mail }] : [])))
    const link = page['@odata.nextLink']
    next = link === undefined ? undefined : link.slice(link.indexOf('/v1.0'))
  }
  return people
}
