import { findQuarantined, isQuarantineIdentity } from '#connect/apis/exchange-admin/quarantine.ts'
import { whyUnauthorized } from '#domain/authorized.ts'
import type { Target } from '#respond/action.ts'
import { quarantinedMessagesOf } from '#respond/count.ts'
import type { Kind } from '#respond/kind.ts'
import { invalid } from '#respond/not-planned.ts'

/** A message in quarantine, by what was read when the action was planned. */
export interface QuarantinedMessageTarget extends Target {
  message: { identity: string; recipients: string[] }
}

/** Messages in quarantine, named by the identity that Exchange gives them there; each is a lane of its own. */
export const quarantinedMessages: Kind<QuarantinedMessageTarget> = {
  id: 'quarantined-message',
  isGrantedByToken: true,

  async resolve({ connectionId: wish, targets: names = [], action, connect }) {
    if (names.length === 0) throw invalid('No quarantined message is named.', 'Name at least one by its identity.')
    const wrong = names.find((name) => !isQuarantineIdentity(name))
    if (wrong !== undefined) {
      throw invalid(
        `“${wrong}” is no identity of a message in quarantine.`,
        'Name messages as o365.quarantine.Identity of their events has them, two ids with a backslash between them; on a command line in quotes.',
      )
    }
    const { connectionId, settings, open } = await connect(wish)
    const microsoft = await open()
    const identities = [...new Set(names.map((name) => name.toLowerCase()))]
    const found = identities.map(async (identity) => {
      const { Subject, RecipientAddress = [] } = (await findQuarantined(microsoft, { identity })) ?? {}
      const target = targetOf(identity, RecipientAddress, Subject ?? '')
      const protectedBy = quarantinedMessages.whyRefused(target, messageOf(target), { action, settings })
      return { ...target, ...(protectedBy !== undefined && { protectedBy }) }
    })
    return { connectionId, targets: await Promise.all(found) }
  },

  open: async () => messageOf,

  whyRefused: (_target, { message: { recipients } }, { settings }) =>
    recipients.map((each) => whyUnauthorized(each, settings)).find((why) => why !== undefined),

  restored: (count) => `put back ${quarantinedMessagesOf(count)}`,
}

/** One that has expired, or was deleted, is in the plan too: what that means is the action's to say. */
const NOBODY = 'not in quarantine any more'

function targetOf(identity: string, recipients: readonly string[], subject: string) {
  const address = recipients.length > 0 ? recipients.join(', ') : NOBODY
  return { ref: identity, objectId: identity, name: subject, address, lane: identity }
}

function messageOf({ objectId, address }: { objectId: string; address: string }) {
  return { message: { identity: objectId, recipients: address === NOBODY ? [] : address.split(', ') } }
}
