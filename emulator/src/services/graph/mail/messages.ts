import { allowOptions, readSelect } from '#services/graph/odata/options.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'

import { SELECTABLE_PROPERTIES, preferenceApplied, shapeMessage } from './shape.ts'
import { countMessages, listMessages } from './list.ts'
import { deleteMessage, moveMessage, purgeMessage, updateMessage } from './change.ts'
import { getAttachment, getAttachmentValue, listAttachments } from './attachments.ts'
import { getMime } from './mime.ts'
import { mailboxOf, messageOf } from './mailbox-of.ts'

const BASIC = ['Mail.ReadBasic.All', 'Mail.Read', 'Mail.ReadWrite']
const READ = ['Mail.Read', 'Mail.ReadWrite']
const WRITE = ['Mail.ReadWrite']

/** The same operations below the mailbox and below a folder. */
export const messageRoutes: readonly Route[] = ['/users/:user', '/users/:user/mailFolders/:folder'].flatMap((above) => {
  const one = `${above}/messages/:message`
  const routes: Route[] = [
    {
      method: 'GET',
      pattern: `${above}/messages`,
      returns: 'Collection(microsoft.graph.message)',
      roles: BASIC,
      handle: listMessages,
    },
    { method: 'GET', pattern: `${above}/messages/$count`, roles: BASIC, handle: countMessages },
    { method: 'GET', pattern: one, returns: 'microsoft.graph.message', roles: BASIC, handle: getMessage },
    { method: 'PATCH', pattern: one, returns: 'microsoft.graph.message', roles: WRITE, handle: updateMessage },
    { method: 'DELETE', pattern: one, roles: WRITE, handle: deleteMessage },
    { method: 'POST', pattern: `${one}/move`, returns: 'microsoft.graph.message', roles: WRITE, handle: moveMessage },
    { method: 'POST', pattern: `${one}/permanentDelete`, roles: WRITE, handle: purgeMessage },
    { method: 'GET', pattern: `${one}/$value`, roles: READ, handle: getMime },
    {
      method: 'GET',
      pattern: `${one}/attachments`,
      returns: 'Collection(microsoft.graph.attachment)',
      roles: READ,
      handle: listAttachments,
    },
    {
      method: 'GET',
      pattern: `${one}/attachments/:attachment`,
      returns: 'microsoft.graph.attachment',
      roles: READ,
      handle: getAttachment,
    },
    { method: 'GET', pattern: `${one}/attachments/:attachment/$value`, roles: READ, handle: getAttachmentValue },
  ]
  return routes
})

function getMessage(call: Call): Reply {
  allowOptions(call.request.query, ['$select'])
  const mailbox = mailboxOf(call)
  const message = messageOf(call, mailbox)
  const select = readSelect(call.request.query, SELECTABLE_PROPERTIES, 'Microsoft.OutlookServices.Message')
  const names = select ? `(${select.join(',')})` : ''
  const context = `${call.root}/$metadata#users('${encodeURIComponent(call.params['user']!)}')/messages${names}/$entity`
  return {
    status: 200,
    headers: preferenceApplied(call),
    body: { '@odata.context': context, ...shapeMessage(call, mailbox, message, select) },
  }
}
