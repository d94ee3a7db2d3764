import type { Count } from './action.ts'

/** "23 messages", "1 message". */
export function messagesOf({ targets }: Pick<Count, 'targets'>): string {
  return `${targets} ${targets === 1 ? 'message' : 'messages'}`
}

/** "21 mailboxes", "1 mailbox". */
export function mailboxesOf({ lanes }: Pick<Count, 'lanes'>): string {
  return `${lanes} ${lanes === 1 ? 'mailbox' : 'mailboxes'}`
}

/** "2 devices", "1 device". */
export function devicesOf({ targets }: Pick<Count, 'targets'>): string {
  return `${targets} ${targets === 1 ? 'device' : 'devices'}`
}

/** "2 indicators", "1 indicator". */
export function indicatorsOf({ targets }: Pick<Count, 'targets'>): string {
  return `${targets} ${targets === 1 ? 'indicator' : 'indicators'}`
}

/** "2 list items", "1 list item". */
export function listItemsOf({ targets }: Pick<Count, 'targets'>): string {
  return `${targets} list ${targets === 1 ? 'item' : 'items'}`
}

/** "2 address ranges", "1 address range". */
export function ipRangesOf({ targets }: Pick<Count, 'targets'>): string {
  return `${targets} address ${targets === 1 ? 'range' : 'ranges'}`
}

/** "3 users", "1 user". */
export function usersOf({ targets }: Pick<Count, 'targets'>): string {
  return `${targets} ${targets === 1 ? 'user' : 'users'}`
}

/** "2 applications", "1 application". */
export function applicationsOf({ targets }: Pick<Count, 'targets'>): string {
  return `${targets} ${targets === 1 ? 'application' : 'applications'}`
}

/** "2 quarantined messages", "1 quarantined message". */
export function quarantinedMessagesOf({ targets }: Pick<Count, 'targets'>): string {
  return `${targets} quarantined ${targets === 1 ? 'message' : 'messages'}`
}
