import { camelCase, type Kind, sentence } from './kind.ts'

/** An action on found messages: it moves them to a folder, until you say what it should do. */
export const action: Kind = {
  name: /^[a-z]+(-[a-z0-9]+)+$/,
  example: 'move-message-to-junk',
  files: (name) => {
    const folder = `server/src/respond/actions/${name}`
    return {
      [`${folder}/action.ts`]: `import { IMMUTABLE_IDS, messageUrl } from '#connect/apis/graph/mail.ts'
import { defineAction, type Target } from '#respond/action.ts'
import { copiesElsewhere, MessageState, placeOf, readMessage } from '#respond/message-state.ts'

/** The folder that messages go to: its well-known name, and the one people see. */
const DESTINATION = { wellKnown: 'junkemail', name: 'Junk Email' }

/**
 * What it does, why it may be repeated, and the page of Microsoft's that describes the call.
 *
 * @see https://learn.microsoft.com/graph/api/message-move
 */
export const ${camelCase(name)} = defineAction<MessageState>({
  id: '${name}',
  title: '${sentence(name)}',
  recoverability: 'The user can move the message back, and so can Cordon.',
  permissions: [
    {
      resource: 'Microsoft Graph',
      permission: 'Mail.ReadWrite',
      why: 'To move messages and to read the mailbox back afterwards.',
    },
  ],
  effect: ({ messages, mailboxes }) =>
    \`Move \${messages} \${messages === 1 ? 'message' : 'messages'} in \${mailboxes} \${mailboxes === 1 ? 'mailbox' : 'mailboxes'}. Cordon can move \${messages === 1 ? 'it' : 'them'} back.\`,
  state: MessageState,
  read: readMessage,

  settled(now) {
    if (now.folderName === DESTINATION.name) {
      return { state: 'already-gone', proof: \`The message was in \${placeOf(now)} before Cordon acted.\` }
    }
    if (now.place !== 'gone') return undefined
    return now.copies.length > 0
      ? { state: 'moved-by-user', proof: copiesElsewhere(now.copies) }
      : { state: 'already-gone', proof: 'The mailbox no longer has the message.' }
  },

  execute: (target) => move(target, DESTINATION.wellKnown),

  verify(before, now) {
    const proof = \`The message is in \${placeOf(now)}.\`
    if (now.folderName === DESTINATION.name) return { is: 'wanted', proof }
    return { is: now.folderId === before.folderId ? 'unchanged' : 'elsewhere', proof }
  },

  revert: {
    execute: (target, before) => move(target, before.folderId!),
    verify(before, now) {
      const proof = \`The message is in \${placeOf(now)}.\`
      if (now.folderId === before.folderId) return { is: 'wanted', proof }
      return { is: now.folderName === DESTINATION.name ? 'unchanged' : 'elsewhere', proof }
    },
  },
})

async function move({ microsoft, hit, signal }: Target, destinationId: string): Promise<void> {
  await microsoft.send({
    api: 'graph',
    method: 'POST',
    path: \`/v1.0\${messageUrl(hit.userId, hit.messageId)}/move\`,
    headers: IMMUTABLE_IDS,
    body: { destinationId },
    repeatable: true,
    what: \`Could not move a message of \${hit.userPrincipalName}.\`,
    permission: 'Mail.ReadWrite',
    ...(signal && { signal }),
  })
}
`,
      [`${folder}/action.test.ts`]: `import { testAction } from '#respond/testing/test-action.ts'

import { ${camelCase(name)} } from './action.ts'

testAction(${camelCase(name)}, { place: 'Junk Email', path: '/move$' })
`,
    }
  },
  list: {
    file: 'server/src/respond/actions/index.ts',
    specifier: (name) => `./${name}/action.ts`,
    identifier: camelCase,
  },
  next: (name) => [
    `Write what it does in server/src/respond/actions/${name}/action.ts: read the state, execute, verify by reading back, revert.`,
    'Say in action.test.ts where a message is when the action has done its work.',
    `npm test -- server/src/respond/actions/${name}`,
  ],
}
