import { SIGN_INS } from '#world/entra/sign-ins.ts'
import { alertEntity } from '#world/audit/records/general.ts'
import { alertOf } from '#world/security/alerts.ts'
import { changeOf } from '#world/entra/directory-activity.ts'
import { cmdlet } from '#world/audit/records/exchange.ts'
import { directoryAuditTrace, directoryAudits } from '#world/entra/directory-audits.ts'
import { directoryChange, signIn } from '#world/audit/records/entra.ts'
import { inboxRules, ruleId, ruleKey } from '#world/mail/rules.ts'
import { leave } from '#world/surface.ts'
import { mailboxStates } from '#world/mail/mailbox-state.ts'
import { outgoing } from '#world/mail/outgoing.ts'
import { plant } from '#world/objects.ts'
import { random } from '#world/random.ts'
import { riskDetectionTrace, riskDetections, riskyUser, riskyUsers } from '#world/entra/risk.ts'
import { signInTrace } from '#world/entra/sign-in-record.ts'
import { store } from '#world/mail/stored.ts'
import { PRODUCTS } from '#world/security/alert.ts'
import type { AlertEntity } from '#world/audit/records/general.ts'
import type { AlertFacts } from '#world/security/alert.ts'
import type { AuditRecord } from '#world/audit/records/record.ts'
import type { Cmdlet } from '#world/audit/records/exchange.ts'
import type { ContentType } from '#world/audit/content-types.ts'
import type { DirectoryActivity } from '#world/entra/directory-activity.ts'
import type { InboxRule } from '#world/mail/rules.ts'
import type { Left } from '#world/surface.ts'
import type { Item } from '#world/mail/item.ts'
import type { MailboxState } from '#world/mail/mailbox-state.ts'
import type { Person } from '#world/directory.ts'
import type { RiskFinding } from '#world/entra/risk.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { SignInDetail } from '#world/entra/sign-in-record.ts'
import type { World } from '#world/world.ts'

import { cloudAppAlert } from './cloud-app-finding.ts'
import type { Step } from './scenario.ts'

/** What one deed leaves behind wherever the real service tells of it: the records and state of a step. */
export type Deed = Pick<Step, 'audit' | 'traces' | 'objects'>

/** How long until the audit feed tells of it. */
const FEED_DELAY = 300_000

/** A record of the audit feed alone. */
export const audited = (contentType: ContentType, at: number, record: AuditRecord): Deed => ({
  audit: [{ contentType, publishedAt: at + FEED_DELAY, record }],
})

/** A sign-in of a user: `UserLoggedIn` or `UserLoginFailed` in the feed, and Graph's sign-in log. */
export const signedIn = (world: World, sign: SignIn, detail: SignInDetail = {}): Deed => ({
  ...audited('Audit.AzureActiveDirectory', sign.at, signIn(world, sign)),
  traces: [leave(SIGN_INS[detail.kind ?? 'interactiveUser'], signInTrace(world, sign, detail))],
})

/** A change of the directory: in the feed and in Graph's directory audits. */
export const changed = (world: World, activity: DirectoryActivity): Deed => ({
  ...audited('Audit.AzureActiveDirectory', activity.at, directoryChange(world, changeOf(activity))),
  traces: [leave(directoryAudits, directoryAuditTrace(world, activity))],
})

/** What Identity Protection found in a sign-in. */
export const foundRisky = (world: World, sign: SignIn, finding: RiskFinding): Deed => ({
  traces: [leave(riskDetections, riskDetectionTrace(world, sign, finding))],
})

/** Somebody is held at risk from a moment on, for what was found in sign-ins. */
export const heldAtRisk = (
  person: Person,
  at: number,
  risk: { level: 'low' | 'medium' | 'high'; eventTypes: readonly string[] },
): Deed => ({ objects: [plant(riskyUsers, person.id, at, riskyUser(person, at, risk))] })

/** A command of Exchange's. */
export const ran = (world: World, run: Cmdlet): Deed => audited('Audit.Exchange', run.at, cmdlet(world, run))

/** An inbox rule that somebody made, with the command that made it. */
export function madeRule(
  world: World,
  run: Omit<Cmdlet, 'name' | 'objectId' | 'person'> & { person: Person },
  rule: Pick<InboxRule, 'displayName' | 'conditions' | 'actions'>,
): Deed {
  const { person, at } = run
  const { id, value } = newRule(world, person, rule)
  const objectId = `${world.initialDomain}\\${person.id}\\${rule.displayName}`
  return {
    ...ran(world, { ...run, name: 'New-InboxRule', objectId }),
    objects: [plant(inboxRules, ruleKey(person, id), at, value)],
  }
}

/** A rule before all others of its owner. */
export function newRule(
  world: World,
  person: Person,
  rule: Pick<InboxRule, 'displayName' | 'conditions' | 'actions'>,
): { id: string; value: InboxRule } {
  const id = ruleId(world.seed, person.index, 'story', rule.displayName)
  const usual = { sequence: 1, isEnabled: true, isHidden: false, isReadOnly: false, hasError: false, exceptions: {} }
  return { id, value: { id, ...usual, ...rule } }
}

/** What an administrator's settings of a mailbox became. */
export const mailboxBecame = (world: World, person: Person, at: number, set: Partial<MailboxState>): Deed => ({
  objects: [plant(mailboxStates, person.id, at, { ...mailboxStates.born(world).find(person.id)!, ...set })],
})

/** A message that a mailbox passed on to somebody outside, without a copy in Sent Items. Its id is the message's. */
export const passedOn = (item: Item, to: string): Deed => ({
  traces: [
    leave(outgoing, {
      id: item.networkMessageId,
      at: item.receivedAt,
      publishedAt: item.receivedAt,
      record: { item: store(item), recipients: [{ name: '', address: to }] },
    }),
  ],
})

/** An alert, and in the feed what it is about where one of Office's alert policies raised it. */
export function alerted(world: World, facts: AlertFacts, about?: AlertEntity['entity']): Deed {
  const trace = alertOf(world, facts)
  if (!about) return { traces: [trace, ...inCloudApps(world, facts)] }
  const { severity = 'medium' } = facts
  const policyId = facts.alertPolicyId ?? random(world.seed, 'alert policy', facts.title).guid()
  const record = alertEntity(
    world,
    { id: recordId(world, facts.key, 'alert entity'), at: facts.at },
    recordId(world, facts.key, 'alert object'),
    {
      // The provider's own id: Defender XDR puts two letters before it.
      alertId: trace.id.slice(2),
      policyId,
      name: facts.title,
      severity: SEVERITIES[severity],
      category: 'ThreatManagement',
      entity: about,
    },
  )
  return { ...audited('Audit.General', facts.at, record), traces: [trace] }
}

/** What Defender for Cloud Apps finds is in its own console as well. */
function inCloudApps(world: World, { product, key, at, title, severity = 'medium', ...facts }: AlertFacts): Left[] {
  if (product !== PRODUCTS.cloudApps) return []
  const who = facts.evidence.find((each) => each['@odata.type'].endsWith('.userEvidence'))?.['userAccount']
  const where = facts.evidence.find((each) => each['@odata.type'].endsWith('.ipEvidence'))?.['ipAddress']
  const name = (who as { userPrincipalName: string } | undefined)?.userPrincipalName ?? ''
  const record = {
    at,
    title,
    severity,
    description: facts.description ?? title,
    policyType: 'ANOMALY_DETECTION',
    stories: [0],
    person: world.directory.find(name)?.index ?? null,
    ip: typeof where === 'string' ? where : null,
    service: 'exchange',
    threatScore: 70,
  } as const
  return [cloudAppAlert(world, key, record)]
}

const SEVERITIES = { informational: 'Informational', low: 'Low', medium: 'Medium', high: 'High' } as const

/** Several deeds as one step. */
export const together = (...deeds: readonly Deed[]): Deed => ({
  audit: deeds.flatMap(({ audit = [] }) => audit),
  traces: deeds.flatMap(({ traces = [] }) => traces),
  objects: deeds.flatMap(({ objects = [] }) => objects),
})

/** The id of a record of a story: the same for ever. */
export const recordId = (world: World, ...names: readonly (string | number)[]): string =>
  random(world.seed, 'story record', ...names).guid()
