import type { Client, Json } from './client.ts'
import type { Story } from './story.ts'

/** What a story planted, seen and taken away by a client. */
export interface Planted {
  kind: string
  id: string
  /** As an API shows it now; undefined where none does. */
  see: () => Promise<Json | undefined>
  /** Has a client take it away or undo it. @returns the status of the answer. Undefined where nothing can. */
  remove?: () => Promise<number>
}

const GRAPH_ROLES = ['IdentityRiskyUser.Read.All', 'IdentityRiskyUser.ReadWrite.All', 'MailboxSettings.Read'].concat(
  ['MailboxSettings.ReadWrite', 'Mail.Read', 'User.Read.All', 'Directory.Read.All', 'Application.ReadWrite.All'],
  ['DelegatedPermissionGrant.ReadWrite.All', 'UserAuthenticationMethod.ReadWrite.All'],
  ['RoleManagement.ReadWrite.Directory', 'AppRoleAssignment.ReadWrite.All'],
)
const [EXCHANGE_ADMINISTRATOR, PRIVILEGED_AUTHENTICATION_ADMINISTRATOR] = [
  '29232cdf-9323-42fd-ade2-1d097af3e4de',
  '7be44c8a-adaf-4e2a-84d6-ab2649e08a13',
]

/** Graph's collections that hold an object under its id. */
const COLLECTIONS: Record<string, string> = {
  oauth2PermissionGrant: '/v1.0/oauth2PermissionGrants',
  servicePrincipal: '/v1.0/servicePrincipals',
  roleAssignment: '/v1.0/roleManagement/directory/roleAssignments',
}

/** The objects of a story, by way of Graph and Exchange; what goes with another one before that one. */
export async function plantedOf(client: Client, story: Story): Promise<Planted[]> {
  const graph = await client.withRoles(GRAPH_ROLES, 'https://graph.microsoft.com', [
    PRIVILEGED_AUTHENTICATION_ADMINISTRATOR,
  ])
  const admin = await client.withRoles(['Exchange.ManageAsApp'], 'https://outlook.office365.com', [
    EXCHANGE_ADMINISTRATOR,
  ])
  const run = (CmdletName: string, Parameters: object) =>
    admin(`/adminapi/beta/${client.tenant.id}/InvokeCommand`, {
      method: 'POST',
      body: { CmdletInput: { CmdletName, Parameters } },
    })
  const row = async (name: string, parameters: object) => {
    const { status, json } = await run(name, parameters)
    return status === 200 ? json['value']![0] : undefined
  }
  const entity = async (path: string) => {
    const { status, json } = await graph(path)
    return status === 200 ? json : undefined
  }
  const deleted = async (path: string) => (await graph(path, { method: 'DELETE' })).status
  const ways = (kind: string, id: string): Pick<Planted, 'see' | 'remove'> => {
    const [owner, own] = [id.slice(0, id.indexOf('/')), id.slice(id.indexOf('/') + 1)]
    const collection = COLLECTIONS[kind]
    if (collection) return { see: () => entity(`${collection}/${id}`), remove: () => deleted(`${collection}/${id}`) }
    switch (kind) {
      case 'mail.inboxRule': {
        const path = `/v1.0/users/${owner}/mailFolders/inbox/messageRules/${own}`
        return { see: () => entity(path), remove: () => deleted(path) }
      }
      case 'appRoleAssignment': {
        const paths = story.objects
          .filter((each) => each.kind === 'servicePrincipal')
          .map((each) => `/v1.0/servicePrincipals/${each.id}/appRoleAssignedTo`)
        const find = async () => {
          for (const path of paths) {
            const assigned = (await entity(path))?.['value'] ?? []
            const found = [...assigned].find((each) => String(each['id']) === id)
            if (found) return { path: `${path}/${id}`, found }
          }
          return undefined
        }
        return {
          see: async () => (await find())?.found,
          remove: async () => deleted((await find())?.path ?? `${paths[0]}/${id}`),
        }
      }
      case 'mail.folder':
        return {
          see: async () =>
            [...(await graph(`/v1.0/users/${owner}/mailFolders?$top=100`)).json['value']!].find(
              (each) => own === `user:${String(each['displayName'])}`,
            ),
        }
      case 'mail.mailboxState':
        return {
          see: async () => {
            const mailbox = await row('Get-Mailbox', { Identity: id })
            return mailbox && (mailbox['ForwardingSmtpAddress'] as unknown) !== null ? mailbox : undefined
          },
          remove: async () => (await run('Set-Mailbox', { Identity: id, ForwardingSmtpAddress: '' })).status,
        }
      case 'exchange.quarantinedMessage':
        return {
          see: () => row('Get-QuarantineMessage', { Identity: id }),
          remove: async () => (await run('Delete-QuarantineMessage', { Identity: id })).status,
        }
      case 'riskyUser':
        return {
          see: async () => {
            const user = await entity(`/v1.0/identityProtection/riskyUsers/${id}`)
            return user && String(user['riskState']) === 'atRisk' ? user : undefined
          },
          remove: async () => {
            const body = { userIds: [id] }
            return (await graph('/v1.0/identityProtection/riskyUsers/dismiss', { method: 'POST', body })).status
          },
        }
      case 'authenticationMethod':
        return {
          see: () => entity(`/v1.0/users/${owner}/authentication/methods/${own}`),
          remove: async () => {
            const method = await entity(`/v1.0/users/${owner}/authentication/methods/${own}`)
            const type = String(method?.['@odata.type'])
            const set = `${/\.(\w+)AuthenticationMethod$/.exec(type)?.[1]}Methods`
            return deleted(`/v1.0/users/${owner}/authentication/${set}/${own}`)
          },
        }
      default:
        throw new Error(`No way is known to see a ${kind}.`)
    }
  }
  return story.objects.map(({ kind, id }) => ({ kind, id, ...ways(kind, id) })).toReversed()
}

/** Kinds of what the story planted that no client can see, or that are still there once taken away. The world is as it was then. */
export async function plantedToStay(client: Client, story: Story): Promise<string[]> {
  const stayed: string[] = []
  for (const { kind, see, remove } of await plantedOf(client, story)) {
    const wasThere = (await see()) !== undefined
    const status = await remove!()
    const isGone = (await see()) === undefined
    if (!wasThere || !isGone || ![200, 204].includes(status)) stayed.push(kind)
  }
  await client.send('/_emu/reset', { method: 'POST' })
  return stayed
}
