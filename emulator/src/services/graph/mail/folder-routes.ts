import type { Route } from '#services/graph/route.ts'

import { copyFolder, createFolder, deleteFolder, moveFolder, purgeFolder, updateFolder } from './folder-changes.ts'
import { countFolders, getFolder, listChildFolders, listRootFolders } from './folders.ts'
import { createRule, deleteRule, getRule, listRules, updateRule } from './rules.ts'
import { foldersDelta } from './folder-delta.ts'

const BASIC = ['Mail.ReadBasic.All', 'Mail.Read', 'Mail.ReadWrite']
const WRITE = ['Mail.ReadWrite']
const FOLDER = 'microsoft.graph.mailFolder'
const FOLDERS = `Collection(${FOLDER})`
const RULE = 'microsoft.graph.messageRule'

const ALL = '/users/:user/mailFolders'
const ONE = `${ALL}/:folder`

export const folderRoutes: readonly Route[] = [
  { method: 'GET', pattern: ALL, returns: FOLDERS, roles: BASIC, handle: listRootFolders },
  { method: 'POST', pattern: ALL, returns: FOLDER, roles: WRITE, handle: createFolder },
  { method: 'GET', pattern: `${ALL}/$count`, roles: BASIC, handle: countFolders },
  { method: 'GET', pattern: `${ALL}/delta`, returns: FOLDERS, roles: BASIC, handle: foldersDelta },
  { method: 'GET', pattern: ONE, returns: FOLDER, roles: BASIC, handle: getFolder },
  { method: 'PATCH', pattern: ONE, returns: FOLDER, roles: WRITE, handle: updateFolder },
  { method: 'DELETE', pattern: ONE, roles: WRITE, handle: deleteFolder },
  { method: 'POST', pattern: `${ONE}/move`, returns: FOLDER, roles: WRITE, handle: moveFolder },
  { method: 'POST', pattern: `${ONE}/copy`, returns: FOLDER, roles: WRITE, handle: copyFolder },
  { method: 'POST', pattern: `${ONE}/permanentDelete`, roles: WRITE, handle: purgeFolder },
  { method: 'GET', pattern: `${ONE}/childFolders`, returns: FOLDERS, roles: BASIC, handle: listChildFolders },
  { method: 'POST', pattern: `${ONE}/childFolders`, returns: FOLDER, roles: WRITE, handle: createFolder },
  ...rules(),
]

/** The inbox by its name, as the permissions are published, or by its id. */
function rules(): Route[] {
  return [`${ALL}/inbox/messageRules`, `${ONE}/messageRules`].flatMap((all): Route[] => {
    const [read, write] = [['MailboxSettings.Read'], ['MailboxSettings.ReadWrite']]
    const one = `${all}/:rule`
    return [
      { method: 'GET', pattern: all, returns: `Collection(${RULE})`, roles: read, handle: listRules },
      { method: 'POST', pattern: all, returns: RULE, roles: write, handle: createRule },
      { method: 'GET', pattern: one, returns: RULE, roles: read, handle: getRule },
      { method: 'PATCH', pattern: one, returns: RULE, roles: write, handle: updateRule },
      { method: 'DELETE', pattern: one, roles: write, handle: deleteRule },
    ]
  })
}
