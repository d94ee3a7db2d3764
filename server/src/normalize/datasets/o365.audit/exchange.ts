import { textOf } from '#normalize/json.ts'
import { parseAddress } from '#normalize/steps/address.ts'
import { nameOf } from '#normalize/steps/user.ts'
import type { AuditRecord } from './audit-record.ts'

/** Exchange names the server that did the work, `AM0PR01MB0001 (192.0.2.7)` with its address or version: a related host. */
export function mentionServer({ audit, mentioned }: AuditRecord): void {
  const server = textOf(audit.OriginatingServer)
  if (server === undefined) return
  const open = server.indexOf(' (')
  mentioned.hosts.push((open === -1 ? server : server.slice(0, open)).toLowerCase())
  if (open !== -1) mentioned.addresses.push(parseAddress(server.slice(open + 2, server.lastIndexOf(')')))?.ip)
}

/** "their own mailbox" where the actor is its owner. */
export function mailboxOf({ actor, target }: AuditRecord): string {
  if (target === undefined) return 'a mailbox'
  return target.id === actor?.id ? 'their own mailbox' : `the mailbox of ${nameOf(target)}`
}

const SEPARATORS = /[\s;,:"'<>[\]()]+/

/** The addresses in a value: `smtp:a@x.example`, `a@x.example;b@y.example`, `"Ana" [SMTP:a@x.example]`. */
export function addressesIn(value: unknown): string[] {
  const text = textOf(value)
  if (text === undefined || !text.includes('@')) return []
  return text
    .toLowerCase()
    .split(SEPARATORS)
    .filter((part) => part.indexOf('@') > 0)
}
