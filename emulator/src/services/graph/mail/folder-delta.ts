import { GraphError } from '#services/graph/errors.ts'
import { mailFolders } from '#world/mail/folders.ts'
import { boundToPath, placeToken, readPlaceToken } from '#services/graph/odata/skiptoken.ts'
import type { Call } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'

import { contextOf, mailboxOf } from './mailbox-of.ts'
import { shapeFolder } from './folder-shape.ts'

/** `GET /mailFolders/delta`: all folders first, then those made, changed and deleted. Everything comes in one page. */
export function foldersDelta(call: Call): Reply {
  const { query } = call.request
  const token = query.get('$deltatoken')
  const refused = query.names.find((name) => name.startsWith('$') && name.toLowerCase() !== '$deltatoken')
  if (refused)
    throw new GraphError(400, 'ErrorInvalidUrlQuery', `The query parameter '${refused}' is not supported here.`)
  const mailbox = mailboxOf(call)
  const { changeCount } = call.tenant
  const value = token === undefined ? whole() : since(readToken(call, token, mailbox.person.index))
  const next = placeToken(`${mailbox.person.index} ${changeCount}`, boundToPath(call))
  return {
    status: 200,
    body: {
      '@odata.context': contextOf(call, 'mailFolders/$delta'),
      value,
      '@odata.deltaLink': `${call.request.origin}${call.request.path}?$deltatoken=${next}`,
    },
  }

  function whole() {
    return mailbox.folders
      .filter(({ isHidden, key }) => !isHidden && key !== 'msgfolderroot')
      .map((folder) => shapeFolder(call, mailbox, folder, undefined))
  }

  function since(number: number) {
    const owner = `${mailbox.person.id}/`
    return call.tenant
      .objects(mailFolders)
      .since(number - 1)
      .filter(({ id }) => id.startsWith(owner))
      .map(({ id, value: folder }) =>
        folder
          ? shapeFolder(call, mailbox, folder, undefined)
          : { id: mailbox.folderId(id.slice(owner.length)), '@removed': { reason: 'deleted' } },
      )
  }
}

function readToken(call: Call, token: string, index: number): number {
  const [, of, number] = /^(\d+) (\d+)$/.exec(readPlaceToken(token, boundToPath(call)) ?? '') ?? []
  if (Number(of) !== index)
    throw new GraphError(400, 'SyncStateInvalid', 'The sync state for this operation is invalid.')
  if (Number(number) > call.tenant.changeCount)
    throw new GraphError(
      410,
      'SyncStateNotFound',
      'The sync state generation is not found. Data must be synchronized again.',
    )
  return Number(number)
}
