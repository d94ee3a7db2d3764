import { leave } from '#world/surface.ts'
import { random } from '#world/random.ts'
import type { Left, Surface } from '#world/surface.ts'
import type { Message } from '#world/mail/message.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

/** What became of mail after it was delivered, other than by the hand of its owner: the table EmailPostDeliveryEvents. */
export interface PostDelivery {
  networkMessageId: string
  internetMessageId: string
  recipient: string
  sender: string
  direction: 'Inbound' | 'Outbound' | 'Intra-org'
  /** `Soft delete`, `Moved to quarantine`, … */
  action: string
  actionType: 'Manual remediation' | 'Phish ZAP' | 'Malware ZAP' | 'Spam ZAP' | 'Redelivery'
  actionTrigger: 'AdminAction' | 'SpecialAction'
  actionResult: 'Success' | 'Failure'
  /** As hunting names it. */
  location: string
  threats: readonly string[]
}

/** Everyday mail stays where it was put. */
export const postDeliveries: Surface<PostDelivery> = { name: 'security.postDelivery', everyday: () => [] }

/** How long until an action can be hunted for. */
const PUBLISHED_AFTER = 180_000

const ACTIONS: Record<string, [action: string, location: string]> = {
  recoverableitemspurges: ['Hard delete', 'Deleted items'],
  recoverableitemsdeletions: ['Soft delete', 'Deleted items'],
  deleteditems: ['Move to deleted items', 'Deleted items'],
  junkemail: ['Move to junk', 'Junk folder'],
  quarantine: ['Moved to quarantine', 'Quarantine'],
}

/** Hunting's name of the place that a folder is. */
export const huntedLocation = (folder: string): string => ACTIONS[folder]?.[1] ?? 'Inbox/folder'

/** What an application did to a message, as a record to be left. `number` tells apart what is done to one message twice. */
export function administered(
  world: World,
  owner: Person,
  { item }: Message,
  { at, to, number }: { at: number; to: string; number: number },
): Left {
  const [action, location] = ACTIONS[to] ?? ['Move to inbox', 'Inbox/folder']
  const record: PostDelivery = {
    networkMessageId: item.networkMessageId,
    internetMessageId: item.internetMessageId,
    recipient: owner.userPrincipalName,
    sender: item.from.address,
    direction: item.senderIp === null ? 'Intra-org' : 'Inbound',
    action,
    actionType: 'Manual remediation',
    actionTrigger: 'AdminAction',
    actionResult: 'Success',
    location,
    threats: item.threats ?? [],
  }
  const id = random(world.seed, 'post delivery', number, owner.index, item.key).guid()
  return leave(postDeliveries, { id, at, publishedAt: at + PUBLISHED_AFTER, record })
}

/** False for what the owner of the mailbox wrote: nothing delivered it there. */
export const isReceived = ({ item }: Message): boolean => !item.isDraft && item.folder !== 'sentitems'
