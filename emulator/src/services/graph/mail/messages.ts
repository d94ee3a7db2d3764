import { allowOptions, readSelect } from '#services/graph/odata/options.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'

import { EXPANDABLE, SELECTABLE_PROPERTIES, preferenceApplied, shapeMessage } from './shape.ts'
import { addAttachment, deleteAttachment, getAttachment, getAttachmentValue, listAttachments } from './attachments.ts'
import { contextOf, mailboxOf, messageOf } from './mailbox-of.ts'
import { copyMessage, createAnswer, createMessage, sendAnswer, sendDraft, sendMail } from './drafts.ts'
import { countMessages, listMessages } from './list.ts'
import { deleteMessage, moveMessage, purgeMessage, updateMessage } from './change.ts'
import { getMime } from './mime.ts'
import { messagesDelta } from './delta.ts'
import { readExpand } from '#services/graph/odata/expand.ts'
import { translateIds } from './translate-ids.ts'

const BASIC = ['Mail.ReadBasic.All', 'Mail.Read', 'Mail.ReadWrite']
const READ = ['Mail.Read', 'Mail.ReadWrite']
const WRITE = ['Mail.ReadWrite']
const SEND = ['Mail.Send']

const MESSAGE = 'microsoft.graph.message'
const MESSAGES = `Collection(${MESSAGE})`
const ATTACHMENT = 'microsoft.graph.attachment'

/** The same operations below the mailbox and below a folder. */
const everywhere: readonly Route[] = ['/users/:user', '/users/:user/mailFolders/:folder'].flatMap((above) => {
  const one = `${above}/messages/:message`
  const files = `${one}/attachments`
  const routes: Route[] = [
    { method: 'GET', pattern: `${above}/messages`, returns: MESSAGES, roles: BASIC, handle: listMessages },
    { method: 'POST', pattern: `${above}/messages`, returns: MESSAGE, roles: WRITE, handle: createMessage },
    { method: 'GET', pattern: `${above}/messages/$count`, roles: BASIC, handle: countMessages },
    { method: 'GET', pattern: one, returns: MESSAGE, roles: BASIC, handle: getMessage },
    { method: 'PATCH', pattern: one, returns: MESSAGE, roles: WRITE, handle: updateMessage },
    { method: 'DELETE', pattern: one, roles: WRITE, handle: deleteMessage },
    { method: 'POST', pattern: `${one}/move`, returns: MESSAGE, roles: WRITE, handle: moveMessage },
    { method: 'POST', pattern: `${one}/copy`, returns: MESSAGE, roles: WRITE, handle: copyMessage },
    { method: 'POST', pattern: `${one}/permanentDelete`, roles: WRITE, handle: purgeMessage },
    ...(['reply', 'replyAll', 'forward'] as const).flatMap((kind): Route[] => {
      const create = `${one}/create${kind[0]!.toUpperCase()}${kind.slice(1)}`
      return [
        { method: 'POST', pattern: create, returns: MESSAGE, roles: WRITE, handle: createAnswer(kind) },
        { method: 'POST', pattern: `${one}/${kind}`, roles: SEND, handle: sendAnswer(kind) },
      ]
    }),
    { method: 'GET', pattern: `${one}/$value`, roles: READ, handle: getMime },
    { method: 'GET', pattern: files, returns: `Collection(${ATTACHMENT})`, roles: READ, handle: listAttachments },
    { method: 'POST', pattern: files, returns: ATTACHMENT, roles: WRITE, handle: addAttachment },
    { method: 'GET', pattern: `${files}/:attachment`, returns: ATTACHMENT, roles: READ, handle: getAttachment },
    { method: 'DELETE', pattern: `${files}/:attachment`, roles: WRITE, handle: deleteAttachment },
    { method: 'GET', pattern: `${files}/:attachment/$value`, roles: READ, handle: getAttachmentValue },
  ]
  return routes
})

export const messageRoutes: readonly Route[] = [
  ...everywhere,
  {
    method: 'GET',
    pattern: '/users/:user/mailFolders/:folder/messages/delta',
    returns: MESSAGES,
    roles: BASIC,
    handle: messagesDelta,
  },
  { method: 'POST', pattern: '/users/:user/messages/:message/send', roles: SEND, handle: sendDraft },
  { method: 'POST', pattern: '/users/:user/sendMail', roles: SEND, handle: sendMail },
  {
    method: 'POST',
    pattern: '/users/:user/translateExchangeIds',
    returns: 'Collection(microsoft.graph.convertIdResult)',
    roles: [
      'User.Read.All',
      'User.ReadWrite.All',
      'AgentIdUser.ReadWrite.All',
      'AgentIdUser.ReadWrite.IdentityParentedBy',
    ],
    handle: translateIds,
  },
]

function getMessage(call: Call): Reply {
  allowOptions(call.request.query, ['$select', '$expand'])
  const mailbox = mailboxOf(call)
  const message = messageOf(call, mailbox)
  const select = readSelect(call.request.query, SELECTABLE_PROPERTIES, 'Microsoft.OutlookServices.Message')
  const expand = readExpand(call.request.query, EXPANDABLE)
  return {
    status: 200,
    headers: preferenceApplied(call),
    body: {
      '@odata.context': contextOf(call, `messages${select ? `(${select.join(',')})` : ''}/$entity`),
      ...shapeMessage(call, mailbox, message, select, expand),
    },
  }
}
