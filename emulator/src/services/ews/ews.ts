import { logIn } from '#world/exchange/service-accounts.ts'
import { findPerson } from '#services/exchange-admin/recipient.ts'
import type { Cloud, Tenant } from '#cloud.ts'
import type { Mailbox } from '#world/mail/mailbox.ts'
import type { Refusal, Reply, Request, Service } from '#http/exchange.ts'
import type { ServiceAccount } from '#world/exchange/service-accounts.ts'

import { Fault, ItemError, badSchema, faultReply, notBuilt } from './errors.ts'
import { child, readXml } from './xml.ts'
import { copyItem, deleteItem, getAttachment, getItem, moveItem, updateItem } from './operations/items.ts'
import { findFolder, findItem, getFolder } from './operations/find.ts'
import { getInboxRules, resolveNames } from './operations/people.ts'
import { syncFolderItems } from './operations/sync.ts'
import type { Element } from './xml.ts'
import type { EwsCall } from './call.ts'

/**
 * Exchange Web Services as Exchange Server speaks them: SOAP 1.1 to one address, Basic sign-in of a service account that
 * acts as the owner of a mailbox. Every mailbox of the company can be reached here, as if all were on its premises.
 */
export function ewsService(cloud: Cloud): Service {
  return {
    name: 'ews',
    hosts: cloud.tenants.map(({ world }) => `mail.${world.domain}`),
    owns: ([first = '']) => first.toLowerCase() === 'ews',
    handle: async (request) => {
      try {
        return answer(cloud, request)
      } catch (error) {
        if (error instanceof Fault) return faultReply(error)
        // What is wrong with an item that is part of every request is wrong with the request.
        if (error instanceof ItemError) return faultReply(new Fault(error.code, error.message))
        throw error
      }
    },
    refuse: (request, refusal) => refused(request, refusal),
  }
}

const OPERATIONS: Readonly<Record<string, (call: EwsCall) => Reply>> = {
  FindItem: findItem,
  FindFolder: findFolder,
  GetFolder: getFolder,
  GetItem: getItem,
  GetAttachment: getAttachment,
  DeleteItem: deleteItem,
  MoveItem: moveItem,
  CopyItem: copyItem,
  UpdateItem: updateItem,
  SyncFolderItems: syncFolderItems,
  ResolveNames: resolveNames,
  GetInboxRules: getInboxRules,
}

/** Real operations that are not built: an unknown one breaks the schema, these do not. */
const NOT_BUILT = new Set([
  'CreateItem',
  'SendItem',
  'CreateFolder',
  'DeleteFolder',
  'EmptyFolder',
  'MoveFolder',
  'UpdateFolder',
  'CreateAttachment',
  'DeleteAttachment',
  'ExpandDL',
  'GetUserOofSettings',
  'SetUserOofSettings',
  'GetUserAvailability',
  'GetServerTimeZones',
  'GetStreamingEvents',
  'GetEvents',
  'Subscribe',
  'Unsubscribe',
  'SyncFolderHierarchy',
  'UpdateInboxRules',
  'ConvertId',
  'MarkAsJunk',
  'MarkAllItemsAsRead',
  'FindConversation',
  'SearchMailboxes',
  'GetSearchableMailboxes',
  'GetMailTips',
  'GetDelegate',
  'FindPeople',
  'ExportItems',
  'UploadItems',
  'ArchiveItem',
])

function answer(cloud: Cloud, request: Request): Reply {
  const [first = '', second = '', ...more] = request.segments.map((segment) => segment.toLowerCase())
  if (first !== 'ews' || second !== 'exchange.asmx' || more.length > 0) return { status: 404, body: '' }
  const found = callerOf(cloud, request)
  if (!found) return unauthorized
  if (request.method !== 'POST')
    return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Service</body></html>' }
  const envelope = readXml(request.body.toString('utf8'))
  if (envelope?.name !== 'Envelope') throw badSchema('The request is no SOAP 1.1 envelope, or is not well-formed.')
  const operation = child(envelope, 'Body')?.children[0]
  if (!operation) throw badSchema("The element 'Body' has incomplete content.")
  const header = child(envelope, 'Header')
  checkVersion(header)
  const handle = Object.hasOwn(OPERATIONS, operation.name) ? OPERATIONS[operation.name] : undefined
  if (!handle)
    throw NOT_BUILT.has(operation.name)
      ? notBuilt(operation.name)
      : badSchema(`The element '${operation.name}' is unknown.`)
  const { tenant, account } = found
  return handle({ tenant, account, operation, mailbox: impersonated(tenant, account, header) })
}

const unauthorized: Reply = {
  status: 401,
  // Negotiate and NTLM are not built, so they are not offered.
  headers: { 'www-authenticate': 'Basic realm="emulator"', 'x-powered-by': 'ASP.NET' },
  body: '',
}

/** By Basic sign-in: the password tells which company an unqualified name means. */
function callerOf(cloud: Cloud, { headers }: Request): { tenant: Tenant; account: ServiceAccount } | undefined {
  const basic = /^Basic\s+([A-Za-z\d+/=]+)\s*$/i.exec(headers['authorization'] ?? '')?.[1]
  if (!basic) return undefined
  const [user = '', password = ''] = Buffer.from(basic, 'base64').toString('utf8').split(/:(.*)/s)
  for (const tenant of cloud.tenants) {
    const account = logIn(tenant, user, password)
    if (account) return { tenant, account }
  }
  return undefined
}

const VERSION = /^(Exchange20(07(_SP1)?|10(_SP[12])?|13(_SP1)?|15|16)|V20\d\d_\d\d_\d\d|V2015_10_05)$/

function checkVersion(header: Element | undefined): void {
  const version = child(header, 'RequestServerVersion')
  if (version && !VERSION.test(version.attributes['Version'] ?? ''))
    throw new Fault('ErrorInvalidServerVersion', 'The specified server version is invalid.')
}

/** The mailbox that `ExchangeImpersonation` names. @throws Fault where there is none, or the account may not. */
function impersonated(tenant: Tenant, account: ServiceAccount, header: Element | undefined): Mailbox | undefined {
  const sid = child(child(header, 'ExchangeImpersonation'), 'ConnectingSID')
  if (!sid) {
    if (child(header, 'ExchangeImpersonation')) throw badSchema("The element 'ConnectingSID' is expected.")
    return undefined
  }
  const by = sid.children[0]
  if (!by || !['SmtpAddress', 'PrimarySmtpAddress', 'PrincipalName', 'SID'].includes(by.name))
    throw badSchema("The element 'ConnectingSID' has invalid content.")
  if (!account.mayImpersonate)
    throw new Fault(
      'ErrorImpersonateUserDenied',
      'The account does not have permission to impersonate the requested user.',
    )
  const person = by.name === 'SID' ? personBySid(tenant, by.text.trim()) : findPerson(tenant, by.text.trim())
  const mailbox = person && tenant.mailbox(person)
  if (mailbox) return mailbox
  throw by.name.endsWith('SmtpAddress')
    ? new Fault('ErrorNonExistentMailbox', 'The SMTP address has no mailbox associated with it.')
    : new Fault('ErrorImpersonationFailed', 'The user name or SID does not belong to a user that can be impersonated.')
}

/** Security ids end in a number that tells the person, as in audit records. */
function personBySid({ world }: Tenant, sid: string) {
  const index = Number(/^S-1-5-21-[\d-]+-(\d+)$/.exec(sid)?.[1]) - 1000
  return Number.isInteger(index) && index >= 0 && index < world.directory.mailboxes
    ? world.directory.at(index)
    : undefined
}

function refused(request: Request, refusal: Refusal): Reply {
  switch (refusal.reason) {
    case 'malformed':
      return { status: 400, body: '' }
    case 'too large':
      return { status: 413, body: '' }
    case 'not implemented':
      return faultReply(notBuilt(`${request.method} ${request.path}`))
    case 'failed':
      return faultReply(
        new Fault('ErrorInternalServerError', 'An internal server error occurred. The operation failed.'),
      )
  }
}
