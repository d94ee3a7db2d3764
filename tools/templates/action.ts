import { camelCase, type Kind, sentence } from './kind.ts'

/** An action on found messages: it moves them to a folder, until you say what it should do. */
export const action: Kind = {
  name: /^[a-z]+(-[a-z0-9]+)+$/,
  example: 'move-message-to-clutter',
  files: (name) => {
    const folder = `server/src/respond/actions/${name}`
    return {
      [`${folder}/action.ts`]: `import { mailReadWrite, moveTo } from '#respond/act.ts'
import { defineAction } from '#respond/action.ts'
import { mailboxesOf, messagesOf } from '#respond/count.ts'
import type { MessageTarget } from '#respond/kinds/message.ts'
import { isIn, isUnmoved, MessageState, readMessage, settledWhenGone } from '#respond/message-state.ts'

/** The folder that messages go to: its well-known name, and the one people see. */
const DESTINATION = { wellKnown: 'clutter', name: 'Clutter' }

/**
 * What it does, why it may be repeated, and the page of Microsoft's that describes the call.
 *
 * @see https://learn.microsoft.com/graph/api/message-move
 */
export const ${camelCase(name)} = defineAction<MessageState, MessageTarget>({
  id: '${name}',
  on: 'message',
  title: '${sentence(name)}',
  recoverability: 'The user can move the message back, and so can Cordon.',
  permissions: [mailReadWrite('To move messages and to read the mailbox back afterwards.')],
  does: (count) => \`move \${messagesOf(count)} in \${mailboxesOf(count)} to \${DESTINATION.name}\`,
  did: (count) => \`moved \${messagesOf(count)} in \${mailboxesOf(count)} to \${DESTINATION.name}\`,
  state: MessageState,
  read: (target, before) => readMessage(target, { places: [], copies: false }, before),

  settled: (now) =>
    settledWhenGone(now) ?? (now.folderName === DESTINATION.name ? { state: 'already-done', proof: isIn(now) } : undefined),

  execute: (target, before) => moveTo(target, before, DESTINATION.wellKnown),

  verify(before, now) {
    if (now.folderName === DESTINATION.name) return { is: 'wanted', proof: isIn(now) }
    return { is: isUnmoved(before, now) ? 'unchanged' : 'elsewhere', proof: isIn(now) }
  },

  revert: {
    execute: (target, before) => moveTo(target, before, before.folderId!),
    verify(before, now) {
      if (isUnmoved(before, now)) return { is: 'wanted', proof: isIn(now) }
      return { is: now.folderName === DESTINATION.name ? 'unchanged' : 'elsewhere', proof: isIn(now) }
    },
  },
})
`,
      [`${folder}/action.test.ts`]: `import { testAction } from '#respond/testing/test-action.ts'

import { ${camelCase(name)} } from './action.ts'

testAction(${camelCase(name)}, { wanted: 'Clutter', path: '/move$', again: 'already-done' })
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
    'Say in action.test.ts what shows that the action has done its work.',
    `npm test -- server/src/respond/actions/${name}`,
  ],
}
