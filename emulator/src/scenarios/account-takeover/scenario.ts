import { PRODUCTS, incidentId } from '#world/security/alert.ts'
import { GLOBAL_ADMINISTRATOR, assignmentId, roleAssignments } from '#world/roles.ts'
import { accessEvent, cmdlet, itemEvent } from '#world/audit/records/exchange.ts'
import { alerted, changed, foundRisky, heldAtRisk, mailboxBecame } from '#scenarios/deeds.ts'
import { consentActivities, consentObjects, grantOf } from '#scenarios/consent.ts'
import { directoryAuditTrace, directoryAudits } from '#world/entra/directory-audits.ts'
import { directoryChange, signIn } from '#world/audit/records/entra.ts'
import { fileOperation } from '#world/audit/records/sharepoint.ts'
import { inboxRules, ruleKey } from '#world/mail/rules.ts'
import { ipEvidence, mailboxConfigurationEvidence, userEvidence } from '#world/security/evidence.ts'
import { leave } from '#world/surface.ts'
import { lettersOf } from '#scenarios/letter.ts'
import { newRule, passedOn, recordId, together } from '#scenarios/deeds.ts'
import { oauthApplicationEvidence } from '#world/security/evidence.ts'
import { plant } from '#world/objects.ts'
import { random } from '#world/random.ts'
import { signInTrace } from '#world/entra/sign-in-record.ts'
import { signIns } from '#world/entra/sign-ins.ts'
import type { AlertFacts } from '#world/security/alert.ts'
import type { AuditRecord } from '#world/audit/records/record.ts'
import type { Consent } from '#scenarios/consent.ts'
import type { ContentType } from '#world/audit/content-types.ts'
import type { Deed } from '#scenarios/deeds.ts'
import type { DirectoryActivity } from '#world/entra/directory-activity.ts'
import type { Scenario, Step } from '#scenarios/scenario.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { World } from '#world/world.ts'

import { castOf } from './cast.ts'
import { letters, lettersByName } from './letters.ts'

/**
 * A stolen account, from guessing to theft. Every record shares the attacker's address and, once inside, the session.
 * The story begins six hours before the epoch.
 */
export const accountTakeover: Scenario = {
  id: 'account-takeover',
  title: 'Stolen account: rule, forwarding, mail read, consent, role, mass download',
  attack: ['T1110.003', 'T1078.004', 'T1564.008', 'T1114.003', 'T1528', 'T1098.003', 'T1530'],
  mail: lettersOf(letters),
  steps: (world) => {
    const recorded = records(world).map(({ contentType, at, record, tells: { what, attack, deed } }) => ({
      at,
      what,
      attack,
      ...together(deed, { audit: [{ contentType, publishedAt: at + 300_000, record }] }),
    }))
    return [...recorded, ...noticed(world)].sort((a, b) => a.at - b.at)
  },
  truth: (world) => {
    const { victim, ip, sessionId, drop, application } = castOf(world)
    const { updated, reminder } = lettersByName(world)
    return {
      userId: victim.id,
      userPrincipalName: victim.userPrincipalName,
      ip,
      sessionId,
      forwardsTo: drop,
      application,
      rule: { id: deletingRule(world).id, name: RULE },
      grant: grantOf(world, consentOf(world)).id,
      role: GLOBAL_ADMINISTRATOR,
      sent: updated.internetMessageId,
      hidden: reminder.internetMessageId,
      records: records(world).map(({ contentType, record }) => ({
        contentType,
        id: record.Id,
        operation: record['Operation'],
      })),
    }
  },
}

interface Recorded {
  contentType: ContentType
  at: number
  record: AuditRecord
  tells: Told
}

/** What a record tells of, and what there is of it besides: other logs, and state. */
interface Told {
  what: string
  attack: string
  deed: Deed
}

const AGENT = 'Mozilla/5.0 (X11; Linux x64_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36'
const OUTLOOK_WEB = '00000002-0000-0ff1-ce00-000000000000'
const SCOPE = 'Mail.Read offline_access'
/** Hard to see in a list. */
const RULE = '.'
const ABROAD = { city: 'Lagos', network: 64_505 }
const MINUTE = 60_000

function records(world: World): Recorded[] {
  const { victim, ip, sessionId, drop, application, start } = castOf(world)
  const list: Recorded[] = []
  const add = (
    contentType: ContentType,
    minute: number,
    make: (id: string, at: number) => AuditRecord,
    tell: (id: string, at: number) => Told,
  ) => {
    const at = start + minute * MINUTE
    const id = random(world.seed, 'account-takeover', list.length).guid()
    list.push({ contentType, at, record: make(id, at), tells: tell(id, at) })
  }
  const wrong = { number: 50_126, word: 'InvalidUserNameOrPassword' }
  for (let attempt = 0; attempt < 7; attempt++) {
    const guess = (id: string, at: number) => ({ ...logOn(world, id, at), error: wrong })
    add(
      'Audit.AzureActiveDirectory',
      attempt,
      (id, at) => signIn(world, guess(id, at)),
      (id, at) => ({
        what: 'A password is guessed',
        attack: 'T1110.003',
        deed: { traces: [leave(signIns, signInTrace(world, guess(id, at), ABROAD))] },
      }),
    )
  }
  add(
    'Audit.AzureActiveDirectory',
    9,
    (id, at) => signIn(world, logOn(world, id, at)),
    (id, at) => ({ what: 'A guess is right', attack: 'T1078.004', deed: gotIn(world, logOn(world, id, at)) }),
  )
  add(
    'Audit.Exchange',
    14,
    (id, at) =>
      cmdlet(world, {
        id,
        at,
        person: victim,
        ip,
        sessionId,
        name: 'New-InboxRule',
        objectId: `${world.initialDomain}\\${victim.id}\\.`,
        parameters: {
          Name: '.',
          SubjectOrBodyContainsWords: 'invoice;payment;security',
          ForwardTo: drop,
          DeleteMessage: 'True',
        },
      }),
    (_, at) => ({
      what: 'A rule forwards mail about money to the outside, and deletes it',
      attack: 'T1564.008',
      deed: ruleMade(world, at),
    }),
  )
  add(
    'Audit.Exchange',
    17,
    (id, at) =>
      cmdlet(world, {
        id,
        at,
        person: victim,
        ip,
        sessionId,
        name: 'Set-Mailbox',
        objectId: victim.userPrincipalName,
        parameters: {
          Identity: victim.userPrincipalName,
          ForwardingSmtpAddress: `smtp:${drop}`,
          DeliverToMailboxAndForward: 'True',
        },
      }),
    (_, at) => ({
      what: 'The mailbox forwards a copy of everything',
      attack: 'T1114.003',
      deed: mailboxBecame(world, victim, at, { forwardingSmtpAddress: drop, deliverToMailboxAndForward: true }),
    }),
  )
  const event = { owner: victim, ip, sessionId, clientInfo: 'Client=OWA;Action=ViaProxy' }
  const mail = (name: string, path: string) => {
    const r = random(world.seed, 'account-takeover', 'mail', name)
    const internetMessageId = `<${r.hex(24).toUpperCase()}@${world.domain}>`
    return { id: `RgAAAA${r.hex(40)}`, subject: name, internetMessageId, path, size: r.between(8000, 60_000) }
  }
  add(
    'Audit.Exchange',
    25,
    (id, at) =>
      accessEvent(world, { ...event, id, at, operation: 'MailItemsAccessed' }, [
        mail('Invoice approval for Gantry', '\\Inbox'),
        mail('Bank details of suppliers', '\\Inbox'),
        mail('Payment run', '\\Sent Items'),
      ]),
    () => ({ what: 'Mail about invoices and bank details is read', attack: 'T1114.002', deed: {} }),
  )
  add(
    'Audit.Exchange',
    40,
    (id, at) => itemEvent(world, { ...event, id, at, operation: 'Send' }, mail('Updated bank details', '\\Sent Items')),
    () => ({ what: 'A partner is told of another bank account', attack: 'T1534', deed: {} }),
  )
  const change = { actor: victim, ip }
  add(
    'Audit.AzureActiveDirectory',
    55,
    (id, at) =>
      directoryChange(world, {
        ...change,
        id,
        at,
        operation: 'Consent to application.',
        objectId: application.id,
        target: [
          {
            ID: `ServicePrincipal_${application.id}`,
            Type: 2,
          },
          {
            ID: application.name,
            Type: 1,
          },
        ],
        modified: [
          {
            Name: 'ConsentContext.IsAdminConsent',
            NewValue: 'False',
            OldValue: '',
          },
          {
            Name: 'ConsentAction.Permissions',
            NewValue: '[[Scope: Mail.Read offline_access, ConsentType: Principal]]',
            OldValue: '',
          },
          {
            Name: 'TargetId.ServicePrincipalNames',
            NewValue: application.id,
            OldValue: '',
          },
        ],
      }),
    (id, at) => ({
      what: 'The victim consents to an application that reads mail',
      attack: 'T1528',
      deed: consentGiven(world, id, at),
    }),
  )
  add(
    'Audit.AzureActiveDirectory',
    70,
    (id, at) =>
      directoryChange(world, {
        ...change,
        id,
        at,
        operation: 'Add member to role.',
        objectId: victim.userPrincipalName,
        target: [
          {
            ID: `User_${victim.id}`,
            Type: 2,
          },
          {
            ID: victim.userPrincipalName,
            Type: 5,
          },
        ],
        modified: [
          {
            Name: 'Role.ObjectID',
            NewValue: `"${random(world.seed, 'role').guid()}"`,
            OldValue: '',
          },
          {
            Name: 'Role.DisplayName',
            NewValue: '"Global Administrator"',
            OldValue: '',
          },
          {
            Name: 'Role.TemplateId',
            NewValue: `"${GLOBAL_ADMINISTRATOR}"`,
            OldValue: '',
          },
        ],
      }),
    (id, at) => ({
      what: 'The account is given the role Global Administrator',
      attack: 'T1098.003',
      deed: roleGiven(world, id, at),
    }),
  )
  for (let i = 0; i < DOWNLOADS; i++)
    add(
      'Audit.SharePoint',
      80 + i / 6,
      (id, at) =>
        fileOperation(world, {
          id,
          at: Math.floor(at / 1000) * 1000,
          person: victim,
          ip,
          operation: 'FileDownloaded',
          userAgent: AGENT,
          site: 'finance',
          folder: 'Shared Documents/Contracts',
          file: `contract-${100 + i}.pdf`,
        }),
      () => ({ what: 'A contract is downloaded', attack: 'T1530', deed: {} }),
    )
  return list
}

const DOWNLOADS = 60

const logOn = (world: World, id: string, at: number): SignIn => {
  const { victim, ip, sessionId } = castOf(world)
  return { id, at, person: victim, ip, userAgent: AGENT, applicationId: OUTLOOK_WEB, sessionId }
}

/** No second factor was asked for; Identity Protection noticed the place. */
function gotIn(world: World, sign: SignIn): Deed {
  const risk = { level: 'high', eventTypes: ['unfamiliarFeatures'] } as const
  return together(
    { traces: [leave(signIns, signInTrace(world, sign, { ...ABROAD, mfa: 'not asked', risk }))] },
    foundRisky(world, sign, { eventType: 'unfamiliarFeatures', level: 'high', city: ABROAD.city }),
    heldAtRisk(sign.person, sign.at + 30_000, risk),
  )
}

const deletingRule = (world: World) => {
  const { victim, drop } = castOf(world)
  return newRule(world, victim, {
    displayName: RULE,
    conditions: { bodyOrSubjectContains: ['invoice', 'payment', 'security'] },
    actions: { forwardTo: [{ name: drop, address: drop }], delete: true },
  })
}

function ruleMade(world: World, at: number): Deed {
  const { id, value } = deletingRule(world)
  return { objects: [plant(inboxRules, ruleKey(castOf(world).victim, id), at, value)] }
}

/** The application's service principal has the id that the record names. */
function consentOf(world: World): Consent {
  const { victim, ip, application, start } = castOf(world)
  return {
    key: 'account-takeover',
    at: start + 55 * MINUTE,
    by: victim,
    ip,
    application: {
      id: application.id,
      appId: application.id,
      displayName: application.name,
      appOwnerOrganizationId: recordId(world, 'account-takeover', 'home tenant'),
      publisher: application.name,
      replyUrls: ['https://mail-backup-pro.example/callback'],
    },
    scope: SCOPE,
  }
}

/** The consent's own record is there already; what the directory did for it is told by records of its own. */
function consentGiven(world: World, id: string, at: number): Deed {
  const consent = consentOf(world)
  const activities = consentActivities(world, consent)
  return together(
    ...activities.slice(0, -1).map((activity) => changed(world, activity)),
    { traces: [leave(directoryAudits, directoryAuditTrace(world, { ...activities.at(-1)!, id, at }))] },
    consentObjects(world, consent),
  )
}

function roleGiven(world: World, id: string, at: number): Deed {
  const { victim, ip } = castOf(world)
  const assignment = {
    id: assignmentId(world.seed, victim.id, GLOBAL_ADMINISTRATOR),
    principalId: victim.id,
    roleDefinitionId: GLOBAL_ADMINISTRATOR,
    directoryScopeId: '/',
  }
  const objectId = random(world.seed, 'role').guid()
  const activity: DirectoryActivity = {
    id,
    at,
    activityDisplayName: 'Add member to role',
    category: 'RoleManagement',
    operationType: 'Assign',
    actor: victim,
    ip,
    targets: [
      {
        type: 'User',
        id: victim.id,
        userPrincipalName: victim.userPrincipalName,
        modified: [
          { name: 'Role.ObjectID', old: null, new: `"${objectId}"` },
          { name: 'Role.DisplayName', old: null, new: '"Global Administrator"' },
          { name: 'Role.TemplateId', old: null, new: `"${GLOBAL_ADMINISTRATOR}"` },
        ],
      },
      { type: 'Role', id: objectId, displayName: 'Global Administrator', modified: [] },
    ],
  }
  return {
    traces: [leave(directoryAudits, directoryAuditTrace(world, activity))],
    objects: [plant(roleAssignments, assignment.id, at, assignment)],
  }
}

/** What the mailbox passed on, and the alerts that came of it all. */
function noticed(world: World): Step[] {
  const { victim, ip, drop, application, start } = castOf(world)
  const { reminder, forwarded } = lettersByName(world)
  const at = (minute: number) => start + minute * MINUTE
  const incident = incidentId(world, 'account-takeover', at(12))
  const story = {
    incident,
    incidentName: 'Multi-stage incident involving Initial access & Exfiltration',
    severity: 'high',
  } as const
  const user = userEvidence(victim, { remediationStatus: 'active', roles: ['compromised'] })
  const address = ipEvidence(ip, 'NG', { verdict: 'malicious', remediationStatus: 'active', roles: ['attacker'] })
  const raised = (minute: number, what: string, facts: Omit<AlertFacts, 'key' | 'at'>, about?: string): Step => ({
    at: at(minute),
    what,
    ...alerted(
      world,
      { ...story, key: `account-takeover.${minute}`, at: at(minute), ...facts },
      about === undefined ? undefined : { type: 'User', id: about },
    ),
  })
  return [
    raised(12, 'Identity Protection raises an alert about the sign-in', {
      title: 'Unfamiliar sign-in properties',
      mitreTechniques: ['T1078.004'],
      product: PRODUCTS.identityProtection,
      firstActivityAt: at(9),
      lastActivityAt: at(9),
      evidence: [user, address],
    }),
    raised(20, 'Defender for Cloud Apps raises an alert about the rule', {
      title: 'Suspicious inbox forwarding',
      category: 'Exfiltration',
      mitreTechniques: ['T1114.003', 'T1564.008'],
      product: PRODUCTS.cloudApps,
      firstActivityAt: at(14),
      lastActivityAt: at(14),
      evidence: [
        user,
        address,
        mailboxConfigurationEvidence(
          victim,
          { type: 'userInboxRule', id: deletingRule(world).id, name: RULE },
          { verdict: 'suspicious', remediationStatus: 'active' },
        ),
      ],
    }),
    raised(
      26,
      'An alert policy of Office notices the forwarding',
      {
        title: 'Suspicious email forwarding activity',
        category: 'Exfiltration',
        mitreTechniques: ['T1114.003'],
        product: PRODUCTS.office365,
        firstActivityAt: at(17),
        lastActivityAt: at(17),
        evidence: [
          user,
          mailboxConfigurationEvidence(
            victim,
            { type: 'mailForwardingRule', id: victim.id, name: `smtp:${drop}` },
            { verdict: 'suspicious', remediationStatus: 'active' },
          ),
        ],
      },
      victim.userPrincipalName,
    ),
    {
      at: reminder.receivedAt,
      what: 'A partner asks about the bank account: forwarded, and deleted by the rule',
      attack: 'T1564.008',
      ...together(passedOn(reminder, drop), passedOn(forwarded, drop)),
    },
    raised(62, 'App governance raises an alert about the application', {
      title: 'Unusual consent to an application that reads mail',
      category: 'CredentialAccess',
      mitreTechniques: ['T1528'],
      product: PRODUCTS.appGovernance,
      firstActivityAt: at(55),
      lastActivityAt: at(55),
      evidence: [
        user,
        oauthApplicationEvidence(
          { appId: application.id, objectId: application.id, name: application.name, publisher: application.name },
          { verdict: 'suspicious', remediationStatus: 'active' },
        ),
      ],
    }),
    raised(95, 'Defender for Cloud Apps raises an alert about the downloads', {
      title: 'Mass download by a single user',
      category: 'Exfiltration',
      mitreTechniques: ['T1530'],
      product: PRODUCTS.cloudApps,
      firstActivityAt: at(80),
      lastActivityAt: at(90),
      evidence: [user, address],
    }),
  ]
}
