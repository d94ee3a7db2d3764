import { ListType } from '#connect/apis/exchange-admin/allow-block-list.ts'
import { hostOf, readListValue, type ListValue } from '#connect/apis/exchange-admin/list-value.ts'
import { listAcceptedDomains } from '#connect/apis/exchange-admin/recipients.ts'
import { ownDomainOf } from '#domain/own-domain.ts'
import { unwrap } from '#mail/links/unwrap.ts'
import type { Target } from '#respond/action.ts'
import { listItemsOf } from '#respond/count.ts'
import type { Kind } from '#respond/kind.ts'
import { invalid } from '#respond/not-planned.ts'

/** What stands, or does not, in the Tenant Allow/Block List: a sender, a URL, a file by its hash, an IPv6 range. */
export interface MailEntryTarget extends Target {
  entry: ListValue
}

/** Items of the Tenant Allow/Block List, named by their value; each is a lane of its own. */
export const mailEntries: Kind<MailEntryTarget> = {
  id: 'mail-entry',
  isGrantedByToken: true,

  async resolve({ connectionId: wish, targets: names = [], action, connect }) {
    if (names.length === 0) throw invalid('No list item is named.', 'Name at least one by its value.')
    // A link out of a message leads to the gateway that looked at it, which is not what is to be blocked.
    const read = names.map((name) => readListValue(unwrap(name.trim()).at(-1)!))
    const problem = read.find((each) => typeof each === 'string')
    if (problem !== undefined)
      throw invalid(problem, 'Name addresses or domains of senders, URLs, SHA-256 hashes of files, or IPv6 addresses.')
    const entries = read.filter((each) => typeof each !== 'string')
    const { connectionId, settings, open } = await connect(wish)
    const accepted = action.blocks ? (await listAcceptedDomains(await open())).map(({ name }) => name) : []
    const once = new Map(entries.map((entry) => [nameOf(entry), entry]))
    return {
      connectionId,
      targets: [...once.values()].map((entry) => {
        const target = targetOf(entry)
        const protectedBy =
          whyOwn(entry, accepted, 'that it accepts mail for') ??
          mailEntries.whyRefused(target, { entry }, { action, settings })
        return { ...target, ...(protectedBy !== undefined && { protectedBy }) }
      }),
    }
  },

  open: async () => entryOf,

  whyRefused: (_target, { entry }, { action, settings }) =>
    action.blocks ? whyOwn(entry, settings?.authorizedDomains ?? [], 'that the connection names') : undefined,

  restored: (count) => `put back ${listItemsOf(count)}`,
}

/** One value may stand in several lists. */
const nameOf = ({ listType, value }: ListValue): string => `${listType}:${value}`

function targetOf(entry: ListValue) {
  const id = nameOf(entry)
  return { ref: id, objectId: id, name: entry.listType, address: entry.value, lane: id }
}

function entryOf({ objectId }: { objectId: string }): Pick<MailEntryTarget, 'entry'> {
  const colon = objectId.indexOf(':')
  return { entry: { listType: ListType.parse(objectId.slice(0, colon)), value: objectId.slice(colon + 1) } }
}

/** What blocks a sender keeps everybody from writing there, too: the company would be cut off from itself. */
function whyOwn(entry: ListValue, domains: readonly string[], which: string): string | undefined {
  const host = hostOf(entry)
  const own = host === undefined ? undefined : ownDomainOf(host, domains)
  return own === undefined ? undefined : `${entry.value} is about ${own}, a domain of the tenant ${which}.`
}
