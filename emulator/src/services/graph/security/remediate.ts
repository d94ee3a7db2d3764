import { badRequest, notImplemented } from '#services/graph/errors.ts'
import { isReceived } from '#world/security/post-delivery.ts'
import { operationOf } from '#world/mail/mailbox.ts'
import { readJson } from '#services/graph/json.ts'
import { remediations } from '#world/security/remediations.ts'
import type { Call } from '#services/graph/route.ts'
import type { Message } from '#world/mail/message.ts'
import type { Person } from '#world/directory.ts'
import type { Remediation, RemediationAction, RemediationTarget } from '#world/security/remediations.ts'
import type { Reply } from '#http/exchange.ts'

import { findEvent } from './explorer.ts'
import { memberOf, text } from './judgement.ts'

/** `POST …/remediate`: messages are moved or deleted in their recipients' mailboxes. 202; the Action center tells the rest. */

const FOLDERS: Record<RemediationAction, string> = {
  moveToJunk: 'junkemail',
  moveToInbox: 'inbox',
  hardDelete: 'recoverableitemspurges',
  softDelete: 'recoverableitemsdeletions',
  moveToDeletedItems: 'deleteditems',
}
const ACTIONS = [...Object.keys(FOLDERS), 'moveToQuarantine']
const SEVERITIES = ['low', 'medium', 'high']

/** More are refused. */
const MOST = 1000

interface Named {
  networkMessageId: string
  recipient: string
}

export async function remediate(call: Call): Promise<Reply> {
  const { tenant, appId } = call
  const body = readJson(call.request)
  const action = memberOf(ACTIONS)(body['action'], 'action') as RemediationAction | 'moveToQuarantine'
  if (action === 'moveToQuarantine') throw notImplemented('the action moveToQuarantine')
  const sendersCopy = readFlag(body['remediateSendersCopy'])
  const asked = {
    displayName: String(text(body['displayName'], 'displayName')),
    description: String(text(body['description'] ?? '', 'description')),
    severity: memberOf(SEVERITIES)(body['severity'], 'severity') as Remediation['severity'],
  }
  const targets: RemediationTarget[] = []
  for (const named of await readTargets(call, body['analyzedEmails'])) {
    targets.push({ ...named, result: act(call, named, action) })
    if (sendersCopy) actOnSender(call, named, action)
  }
  const id = tenant.newId('remediation')
  tenant.objects(remediations).put(id, { ...asked, id, action, appId, at: tenant.now, targets })
  const filters = JSON.stringify({ bulkId: [id] })
  return {
    status: 202,
    headers: {
      location: `https://security.microsoft.com/action-center/history?filters=${filters}&tid=${tenant.world.tenantId}`,
    },
  }
}

/** The documented example writes it as text. */
function readFlag(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 'false') return false
  if (value === true || value === 'true') return true
  throw badRequest("Invalid value for property 'remediateSendersCopy'.")
}

/** Messages by id, or by message and recipient. @throws GraphError BadRequest. */
async function readTargets(call: Call, value: unknown): Promise<Named[]> {
  if (!Array.isArray(value) || value.length === 0) throw badRequest('The property analyzedEmails is required.')
  if (value.length > MOST) throw badRequest(`No more than ${MOST} messages can be remediated at a time.`)
  const named: Named[] = []
  for (const each of value as unknown[]) {
    const { id, networkMessageId, recipientEmailAddress } = (each ?? {}) as Record<string, unknown>
    if (typeof networkMessageId === 'string' && typeof recipientEmailAddress === 'string')
      named.push({ networkMessageId: networkMessageId.toLowerCase(), recipient: recipientEmailAddress })
    else if (typeof id === 'string') named.push(await namedBy(call, id))
    else throw badRequest('An analyzed email is named by its id, or by networkMessageId and recipientEmailAddress.')
  }
  return named
}

async function namedBy({ tenant }: Call, id: string): Promise<Named> {
  const event = await findEvent(tenant, id)
  if (!event) throw badRequest(`The analyzed email '${id}' does not exist.`)
  return { networkMessageId: event.delivery.networkMessageId, recipient: event.delivery.recipient.address }
}

function act(
  call: Call,
  { networkMessageId, recipient }: Named,
  action: RemediationAction,
): RemediationTarget['result'] {
  const person = call.tenant.world.directory.find(recipient)
  const copies = copiesOf(call, person, networkMessageId).filter(isReceived)
  if (!person || copies.length === 0) return 'notFound'
  const left = copies.filter(({ folder }) => folder !== FOLDERS[action] && folder !== 'recoverableitemspurges')
  for (const message of left) move(call, person, message, action)
  return left.length === 0 ? 'alreadyThere' : 'done'
}

/** What the sender kept of it, where he is of the company. */
function actOnSender(call: Call, { networkMessageId, recipient }: Named, action: RemediationAction): void {
  const { directory } = call.tenant.world
  const [received] = copiesOf(call, directory.find(recipient), networkMessageId)
  const sender = received && directory.find(received.item.from.address)
  for (const message of copiesOf(call, sender, networkMessageId))
    if (!isReceived(message) && message.folder !== FOLDERS[action]) move(call, sender!, message, action)
}

const copiesOf = ({ tenant }: Call, person: Person | undefined, networkMessageId: string): Message[] =>
  ((person && tenant.mailbox(person)?.messages) ?? []).filter(({ item }) => item.networkMessageId === networkMessageId)

function move({ tenant, appId }: Call, owner: Person, message: Message, action: RemediationAction): void {
  const to = FOLDERS[action]
  tenant.change({
    type: 'message.moved',
    mailbox: owner.id,
    item: message.item.key,
    to,
    operation: operationOf(to),
    appId,
  })
}
