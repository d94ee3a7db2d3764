import { textOf } from '#normalize/json.ts'
import { parseAddress } from '#normalize/steps/address.ts'
import type { AuditRecord } from './audit-record.ts'

/** Exchange names the server that did the work, `AM0PR01MB0001 (192.0.2.7)` with its address or version: a related host. */
export function mentionServer({ audit, mentioned }: AuditRecord): void {
  const server = textOf(audit.OriginatingServer)
  if (server === undefined) return
  const open = server.indexOf(' (')
  mentioned.hosts.push((open === -1 ? server : server.slice(0, open)).toLowerCase())
  if (open !== -1) mentioned.addresses.push(parseAddress(server.slice(open + 2, server.lastIndexOf(')')))?.ip)
}
