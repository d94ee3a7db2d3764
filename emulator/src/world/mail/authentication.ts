import type { Item } from './item.ts'

/** What the receiving server found out about a message's origin: RFC 8601 words, and Microsoft's verdict over all three. */
export interface Authentication {
  spf: 'pass' | 'fail' | 'softfail' | 'none'
  dkim: 'pass' | 'fail' | 'none'
  dmarc: 'pass' | 'fail' | 'bestguesspass' | 'none'
  compauth: 'pass' | 'fail' | 'softpass' | 'none'
  /** Three digits after `compauth`: 100 explicit pass, 001 implicit failure, 000 explicit failure. */
  reason: string
}

/** What filtering took a message for. */
export type Threat = 'Spam' | 'Phish' | 'Malware'

const PASSED: Authentication = { spf: 'pass', dkim: 'pass', dmarc: 'pass', compauth: 'pass', reason: '100' }
const BULK: Authentication = { spf: 'softfail', dkim: 'none', dmarc: 'none', compauth: 'fail', reason: '001' }
const INTERNAL: Authentication = { spf: 'none', dkim: 'none', dmarc: 'none', compauth: 'pass', reason: '100' }

/** The same for headers, message trace and hunting. An attacker who owns his domain passes as well. */
export const authenticationOf = (item: Item): Authentication =>
  item.authentication ?? (item.senderIp === null ? INTERNAL : item.folder === 'junkemail' ? BULK : PASSED)

/** What filtering took a message for when it came: mail from outside that went to Junk is spam unless said otherwise. */
export const threatsOf = (item: Item): readonly Threat[] =>
  item.threats ?? (item.senderIp !== null && item.folder === 'junkemail' ? ['Spam'] : [])
