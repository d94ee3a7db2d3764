/** The running emulator, as `run.mjs` hands it over. */
interface Ready {
  url: string
  proxyUrl: string
  caFile: string
  tenants: Tenant[]
  eventHubs: EventHubs[]
}

/** A tenant's Event Hubs namespace. */
export interface EventHubs {
  tenant: string
  namespace: string
  connectionString: string
  developmentConnectionString: string
  amqpPort: number
  amqpsPort: number
}

export interface Tenant {
  id: string
  name: string
  domain: string
  applications: Application[]
}

export interface Application {
  name: string
  clientId: string
  secret: string
  certificateFile?: string
  keyFile?: string
}

const text = process.env['MATRIX_EMULATOR']
if (text === undefined)
  throw new Error('Start the clients with `npm test` in this folder: it starts the emulator first.')

export const cloud = JSON.parse(text) as Ready
export const tenant = cloud.tenants[0]!
/** A registration with a secret and a certificate that may read users, and read and change mail. */
export const application = tenant.applications[0]!

export const GRAPH = 'https://graph.microsoft.com/.default'
export const ARM = 'https://management.azure.com/.default'
export const MANAGEMENT = 'https://manage.office.com/.default'

/** What the emulator itself says, to compare with. */
export async function truth<T>(path: string): Promise<T> {
  const answer = await fetch(`${cloud.url}/_emu/${path}`)
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
  return (await answer.json()) as T
}

export interface Phish {
  internetMessageId: string
  subject: string
  recipients: { userId: string; userPrincipalName: string; messageId: string; immutableId: string; folderKey: string }[]
}

/** A registration of its own for a client that needs other permissions. */
export async function register(roles: readonly string[], azureRoles: readonly string[] = []): Promise<Application> {
  const body = JSON.stringify({ name: 'Client matrix', roles, azureRoles })
  const answer = await fetch(`${cloud.url}/_emu/applications`, { method: 'POST', body })
  return (await answer.json()) as Application
}

/** How many users the directory lists, asked with nothing but a token. */
export async function countUsers(token: string): Promise<number> {
  let next: string | undefined = `${cloud.url}/v1.0/users?$top=100&$select=id`
  let count = 0
  while (next !== undefined) {
    const answer: Response = await fetch(next, { headers: { authorization: `Bearer ${token}` } })
    if (!answer.ok) throw new Error(`${next} answered ${answer.status}: ${await answer.text()}`)
    const page = (await answer.json()) as { value: unknown[]; '@odata.nextLink'?: string }
    count += page.value.length
    next = page['@odata.nextLink']
  }
  return count
}

/** What a person's browser does at the sign-in page: opens it, and chooses whom to be. Gives where it is sent back to. */
export async function signIn(page: URL, userPrincipalName: string): Promise<URL> {
  const shown = await fetch(page)
  if (!shown.ok) throw new Error(`The sign-in page answered ${shown.status}: ${await shown.text()}`)
  const body = new URLSearchParams({ user: userPrincipalName })
  const answer = await fetch(page, { method: 'POST', body, redirect: 'manual' })
  const location = answer.headers.get('location')
  if (location === null) throw new Error(`The sign-in page answered ${answer.status}: ${await answer.text()}`)
  return new URL(location)
}
