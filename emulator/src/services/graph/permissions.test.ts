import { existsSync, readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import { ROUTES } from './graph.ts'
import type { Route } from './route.ts'

/** Microsoft's published permissions of Graph: per permission the methods and paths it opens. */
const FILE = new URL('../../../../../shared/data/graph/permissions.json', import.meta.url)

/** Operations that the documentation has and the file lacks, with the permissions of their documentation pages. */
const SUBSCRIBERS = [
  'Mail.Read',
  'Mail.ReadWrite',
  'Mail.ReadBasic.All',
  'SecurityEvents.Read.All',
  'SecurityEvents.ReadWrite.All',
]

const UNPUBLISHED: Record<string, readonly string[]> = {
  // What may be subscribed to decides who may; documented with each resource.
  'GET /subscriptions': SUBSCRIBERS,
  'POST /subscriptions': SUBSCRIBERS,
  'GET /subscriptions/:subscription': SUBSCRIBERS,
  'PATCH /subscriptions/:subscription': SUBSCRIBERS,
  'DELETE /subscriptions/:subscription': SUBSCRIBERS,
  'POST /subscriptions/:subscription/reauthorize': SUBSCRIBERS,
  'DELETE /users/:user/messages/:message/attachments/:attachment': ['Mail.ReadWrite'],
  'DELETE /users/:user/mailFolders/:folder/messages/:message/attachments/:attachment': ['Mail.ReadWrite'],
  'GET /users/:user/calendar': [
    'Calendars.ReadBasic',
    'Calendars.ReadBasic.All',
    'Calendars.Read',
    'Calendars.ReadWrite',
  ],
  // Documented with the permissions of `DELETE …/members/{id}/$ref`, which the file has.
  'POST /groups/:group/members/$ref': ['GroupMember.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All'],
  // Misspelled in the file: `/directoryRoles/roleTemplateId={value}/members`.
  'POST /directoryRoles/(roletemplateid)/:role/members/$ref': ['RoleManagement.ReadWrite.Directory'],
  'GET /reports/authenticationMethods/userRegistrationDetails': ['AuditLog.Read.All'],
  // The recycle bin: of each type those that its documentation names.
  'GET /directory/deletedItems/user': [
    'User.Read.All',
    'User.ReadWrite.All',
    'Directory.Read.All',
    'Directory.ReadWrite.All',
  ],
  'GET /directory/deletedItems/group': [
    'Group.Read.All',
    'Group.ReadWrite.All',
    'Directory.Read.All',
    'Directory.ReadWrite.All',
  ],
  'GET /directory/deletedItems/:id': [
    'User.Read.All',
    'User.ReadWrite.All',
    'Directory.Read.All',
    'Directory.ReadWrite.All',
    'Group.Read.All',
    'Group.ReadWrite.All',
  ],
  'DELETE /directory/deletedItems/:id': [
    'User.DeleteRestore.All',
    'User.ReadWrite.All',
    'Group.ReadWrite.All',
    'Directory.ReadWrite.All',
  ],
  // Documented as not for applications.
  'POST /users/:user/authentication/methods/:method/resetPassword': [],
}

interface Published {
  permissions: Record<
    string,
    { pathSets: { schemeKeys: string[]; methods: string[]; paths: Record<string, string> }[] }
  >
}

const PRESENT = existsSync(FILE)

describe.skipIf(!PRESENT)('permissions of Graph (skipped where ../shared is absent)', () => {
  // What is skipped is still collected.
  const published = PRESENT ? read() : new Map<string, Set<string>>()
  const withPath = ROUTES.filter((route) => !(name({ route }) in UNPUBLISHED)).map((route) => ({
    route,
    path: publishedPath(route),
  }))

  it('is held by hand where the file lacks an operation', () => {
    const byHand = ROUTES.filter((route) => name({ route }) in UNPUBLISHED)
    expect(Object.fromEntries(byHand.map((route) => [name({ route }), route.roles]))).toEqual(UNPUBLISHED)
  })

  it('stands in the published file, every operation of it', () => {
    expect(withPath.filter(({ route, path }) => !published.has(`${route.method} ${path}`)).map(name)).toEqual([])
  })

  it.each(withPath.map((each) => [name(each), each] as const))(
    '%s accepts exactly the permissions that are published for it',
    (_name, { route, path }) => {
      const accepted = new Set(published.get(`${route.method} ${path}`))
      // The file leaves it out of some paths where it stands on their neighbors; who may change mail may read it everywhere.
      if (path.startsWith('/users/{id}/') && accepted.has('Mail.Read')) accepted.add('Mail.ReadWrite')
      if (accepted.has('Calendars.Read')) accepted.add('Calendars.ReadWrite')
      // The file calls by its delegated name what applications are granted as `.All`.
      if (accepted.has('Calendars.ReadBasic')) accepted.add('Calendars.ReadBasic.All')
      // One kind of authentication method is listed by whoever may read one of them.
      if (path.endsWith('/fido2methods')) for (const each of published.get(`GET ${path}/{id}`)!) accepted.add(each)
      expect(new Set([...route.roles, ...(route.together ?? [])])).toEqual(accepted)
    },
  )
})

const name = ({ route }: { route: Route }) => `${route.method} ${route.pattern}`

/** `/users/:user/messages/:message` as the file writes it; a part's content or count is allowed to whoever may read the part. */
function publishedPath({ pattern }: Route): string {
  return (
    pattern
      // What a list is cut down to by a cast, and references to what is in it.
      .replace(/([mM]ember\w*|owners|ownedObjects)\/(user|group|device|servicePrincipal|directoryRole)\b/, '$1')
      .replace(/\/\$ref$/, '')
      .replace(/\/\((\w+)\)\/:\w+/, '($1={value})')
      .replaceAll(/:\w+/g, '{id}')
      // Rules are published for the inbox by its name; its id names it as well.
      .replace('/mailFolders/{id}/messageRules', '/mailFolders/inbox/messageRules')
      // A message's content is not among its basic properties.
      .replace('/messages/{id}/$value', '/messages/{id}/attachments')
      .replace(/\/\$(value|count|ref)$/, '')
      .replace('/attachments/{id}', '/attachments')
      .toLowerCase()
  )
}

function read(): Map<string, Set<string>> {
  const operations = new Map<string, Set<string>>()
  const { permissions } = JSON.parse(readFileSync(FILE, 'utf8')) as Published
  for (const [permission, { pathSets }] of Object.entries(permissions)) {
    for (const { schemeKeys, methods, paths } of pathSets) {
      if (!schemeKeys.includes('Application')) continue
      for (const path of Object.keys(paths)) {
        for (const method of methods) {
          const key = `${method} ${path.toLowerCase()}`
          operations.set(key, (operations.get(key) ?? new Set()).add(permission))
        }
      }
    }
  }
  return operations
}
