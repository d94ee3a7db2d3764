import { GRAPH } from '#world/resources.ts'
import { PRODUCTS, incidentId } from '#world/security/alert.ts'
import { SERVICES, serviceIdOf, servicePrincipalIdOf } from '#world/entra/service-principals.ts'
import { accessEvent, itemEvent } from '#world/audit/records/exchange.ts'
import { alerted, audited, changed, recordId, signedIn, together } from '#scenarios/deeds.ts'
import { analyzedMessageEvidence, ipEvidence, userEvidence } from '#world/security/evidence.ts'
import { clicked } from '#scenarios/click.ts'
import { consentActivities, consentObjects, grantOf } from '#scenarios/consent.ts'
import { homeIp } from '#world/audit/records/record.ts'
import { itStaff } from '#world/roles.ts'
import { leave } from '#world/surface.ts'
import { lettersOf, mailItem } from '#scenarios/letter.ts'
import { oauthApplicationEvidence } from '#world/security/evidence.ts'
import { plant } from '#world/objects.ts'
import { programSignIn } from '#world/entra/sign-in-record.ts'
import { publishedAt } from '#world/entra/publication.ts'
import { quarantinedMessages } from '#world/mail/quarantine.ts'
import { random } from '#world/random.ts'
import { servicePrincipalSignIns } from '#world/entra/sign-ins.ts'
import { threatMail } from '#world/audit/records/threats.ts'
import type { Consent } from '#scenarios/consent.ts'
import type { Deed } from '#scenarios/deeds.ts'
import type { Person } from '#world/directory.ts'
import type { Scenario, Step } from '#scenarios/scenario.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { World } from '#world/world.ts'

import { SENT_ON, held, letters, lettersByName, readItems } from './letters.ts'
import { castOf } from './cast.ts'

/**
 * Consent phishing: nobody's password is stolen. A mail leads to Microsoft's own page, where a user allows an application of
 * another tenant to read and send mail; from then on it does so without the user. Around it: a colleague who declines, an
 * administrator who consents to an honest application for all, and one who fails to take an old one's consent away.
 */
export const oauthConsent: Scenario = {
  id: 'oauth-consent',
  title: 'A user allows an application of another tenant to read and send mail',
  attack: ['T1566.002', 'T1528', 'T1550.001', 'T1114.002', 'T1534'],
  mail: lettersOf(letters),
  steps: (world) => [...attack(world), ...lookAlikes(world)].sort((a, b) => a.at - b.at),
  truth: (world) => {
    const { victim, decliner, late, unimpressed, spared, second, application, scope, link, server } = castOf(world)
    const { lure, sentOn } = lettersByName(world)
    const names = (...list: readonly Person[]) => list.map(({ userPrincipalName }) => userPrincipalName)
    return {
      userId: victim.id,
      userPrincipalName: victim.userPrincipalName,
      application: { appId: application.appId, servicePrincipalId: application.id, name: application.displayName },
      scope,
      grant: grantOf(world, consentOf(world)).id,
      ip: server.ip,
      lure: { networkMessageId: lure.networkMessageId, internetMessageId: lure.internetMessageId, link },
      delivered: names(victim, decliner, late, unimpressed),
      quarantined: names(...spared),
      clicked: names(victim, decliner, late),
      declined: decliner.userPrincipalName,
      sentOn: {
        networkMessageId: sentOn.networkMessageId,
        internetMessageId: sentOn.internetMessageId,
        to: names(...second),
      },
      read: readItems(world).map(({ internetMessageId }) => internetMessageId),
    }
  },
}

const MINUTE = 60_000
const AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0'
const KEY = 'oauth-consent'
const NOT_CONSENTED = { number: 65_001, word: 'DelegationDoesNotExist' }
const DECLINED = { number: 65_004, word: 'UserDeclinedConsent' }

const consentOf = (world: World): Consent => {
  const { victim, application, scope, start } = castOf(world)
  return { key: KEY, at: start + 11 * MINUTE, by: victim, ip: homeIp(world, victim), application, scope }
}

function attack(world: World): Step[] {
  const { victim, decliner, late, application, link, start } = castOf(world)
  const { lure } = lettersByName(world)
  const at = (minute: number) => start + minute * MINUTE
  const click = (person: Person, minute: number) => ({ key: KEY, at: at(minute), person, item: lure, url: link })
  const name = { applicationName: application.displayName }
  const consent = consentOf(world)
  return [
    {
      at: start,
      what: 'A mail asks to allow an application; filtering holds it back from some',
      attack: 'T1566.002',
      ...together(...held(world).map((message) => heldBackDeed(world, message))),
    },
    { at: at(9), what: 'The victim clicks the link', attack: 'T1566.002', ...clicked(world, click(victim, 9)) },
    {
      at: at(10),
      what: 'The victim is asked for consent',
      attack: 'T1528',
      ...signedIn(world, { ...toApplication(world, victim, 10), error: NOT_CONSENTED }, name),
    },
    {
      at: at(11),
      what: 'The victim consents',
      attack: 'T1528',
      ...together(
        ...consentActivities(world, consent).map((activity) => changed(world, activity)),
        consentObjects(world, consent),
        signedIn(world, toApplication(world, victim, 11), name),
      ),
    },
    { at: at(21), what: 'A colleague clicks the link', attack: 'T1566.002', ...clicked(world, click(decliner, 21)) },
    {
      at: at(22),
      what: 'The colleague declines to consent',
      ...signedIn(world, { ...toApplication(world, decliner, 22), error: DECLINED }, name),
    },
    ...access(world),
    {
      at: at(42),
      what: 'A third one clicks the link, which Safe Links stops by now',
      attack: 'T1566.002',
      ...clicked(world, { ...click(late, 42), blocked: true }),
    },
    ...noticed(world),
  ]
}

function heldBackDeed(world: World, message: ReturnType<typeof held>[number]): Deed {
  const at = message.receivedAt
  const person = world.directory.find(message.recipient)!
  const event = { id: recordId(world, KEY, 'held back', person.index), at, person }
  return together(audited('Audit.General', at, threatMail(world, event, message)), {
    objects: [plant(quarantinedMessages, message.identity, at, message)],
  })
}

const toApplication = (world: World, person: Person, minute: number): SignIn => {
  const { application, start } = castOf(world)
  return {
    id: recordId(world, KEY, 'sign-in', minute),
    at: start + minute * MINUTE,
    person,
    ip: homeIp(world, person),
    userAgent: AGENT,
    applicationId: application.appId,
    resourceId: GRAPH.appId,
    sessionId: recordId(world, KEY, 'session', person.index),
  }
}

/** The application at work: in the user's name without the user, once in its own, reading and sending. */
function access(world: World): Step[] {
  const { victim, application, server, start } = castOf(world)
  const items = readItems(world)
  const at = (minute: number) => start + minute * MINUTE
  const event = (minute: number, operation: string) => ({
    id: recordId(world, KEY, operation, minute),
    at: at(minute),
    owner: victim,
    ip: server.ip,
    operation,
    clientInfo: 'Client=REST;Client=RESTSystem;;',
    clientAppId: application.appId,
  })
  const renewals = [14, 75, 140, 183, 260, 330].map((minute): Step => {
    const sign = { ...toApplication(world, victim, minute), ip: server.ip, userAgent: 'node-fetch/1.0' }
    return {
      at: at(minute),
      what: 'The application gets a token for the victim’s mailbox, without the victim',
      attack: 'T1550.001',
      ...signedIn(world, sign, {
        ...server,
        kind: 'nonInteractiveUser',
        device: 'unknown',
        clientApp: 'Mobile Apps and Desktop clients',
        applicationName: application.displayName,
      }),
    }
  })
  const reads = [16, 77, 142].map((minute, i): Step => ({
    at: at(minute),
    what: 'The application reads mail',
    attack: 'T1114.002',
    ...audited(
      'Audit.Exchange',
      at(minute),
      accessEvent(
        world,
        event(minute, 'MailItemsAccessed'),
        items.slice(2 * i, 2 * i + 2).map((item) => mailItem(world, victim, item, '\\Inbox')),
      ),
    ),
  }))
  const { sentOn } = lettersByName(world)
  return [
    ...renewals,
    ...reads,
    {
      at: at(78),
      what: 'The application gets a token of its own, in which it is allowed nothing',
      attack: 'T1550.001',
      ...ownToken(world, at(78)),
    },
    {
      at: at(SENT_ON),
      what: 'The application sends the mail on to colleagues, as the victim',
      attack: 'T1534',
      ...audited(
        'Audit.Exchange',
        at(SENT_ON),
        itemEvent(world, event(SENT_ON, 'Send'), mailItem(world, victim, sentOn, '\\Sent Items')),
      ),
    },
  ]
}

function ownToken(world: World, at: number): Deed {
  const { application, server } = castOf(world)
  const { appId, id: servicePrincipalId, displayName: name, appOwnerOrganizationId: homeTenantId } = application
  const id = recordId(world, KEY, 'own token')
  const record = programSignIn(
    world,
    { appId, servicePrincipalId, name, homeTenantId, ip: server.ip, city: server.city },
    id,
    at,
    'servicePrincipal',
  )
  return { traces: [leave(servicePrincipalSignIns, { id, at, publishedAt: publishedAt(world, id, at), record })] }
}

function noticed(world: World): Step[] {
  const { victim, application, server, start } = castOf(world)
  const { lure } = lettersByName(world)
  const at = start + 40 * MINUTE
  const incident = incidentId(world, KEY, at)
  const user = userEvidence(victim, { remediationStatus: 'active', roles: ['compromised'] })
  const story = {
    incident,
    incidentName: 'Consent phishing incident involving one user',
    at,
    severity: 'high',
  } as const
  return [
    {
      at,
      what: 'App governance and Defender for Office 365 raise alerts',
      ...together(
        alerted(world, {
          ...story,
          key: 'consent.application',
          title: 'Malicious OAuth app consent',
          description: `${application.displayName} of an unverified publisher may read and send the mail of a user.`,
          category: 'CredentialAccess',
          mitreTechniques: ['T1528'],
          product: PRODUCTS.appGovernance,
          firstActivityAt: start + 11 * MINUTE,
          lastActivityAt: start + 16 * MINUTE,
          evidence: [
            user,
            oauthApplicationEvidence(
              {
                appId: application.appId,
                objectId: application.id,
                name: application.displayName,
                publisher: application.publisher!,
              },
              { verdict: 'malicious', remediationStatus: 'active' },
            ),
            ipEvidence(server.ip, null, { verdict: 'suspicious', remediationStatus: 'active' }),
          ],
        }),
        alerted(
          world,
          {
            ...story,
            key: 'consent.mail',
            title: 'A potentially malicious URL click was detected',
            alertPolicyId: 'a74bb32a-541b-47fb-adfd-f8c62ce3d59b',
            mitreTechniques: ['T1566.002'],
            product: PRODUCTS.office365,
            firstActivityAt: start + 9 * MINUTE,
            lastActivityAt: start + 21 * MINUTE,
            evidence: [
              user,
              analyzedMessageEvidence(lure, victim.userPrincipalName, { threats: ['Phish'] }, { verdict: 'malicious' }),
            ],
          },
          { type: 'User', id: victim.userPrincipalName },
        ),
      ),
    },
  ]
}

/** Consent that is in order, and a removal that fails for want of rights. */
function lookAlikes(world: World): Step[] {
  const { start } = castOf(world)
  const [head, assistant] = [world.directory.at(7), itStaff(world.directory, 1)[0] ?? world.directory.at(7)]
  const r = random('honest application')
  const honest: Consent = {
    key: `${KEY}.honest`,
    at: start - 45 * MINUTE,
    by: head,
    ip: homeIp(world, head),
    application: {
      id: random(world.seed, KEY, 'honest').guid(),
      appId: r.guid(),
      displayName: 'Berthline Scheduling',
      appOwnerOrganizationId: r.guid(),
      publisher: 'Berthline',
      verifiedPublisherId: '4471902',
      replyUrls: ['https://berthline.example/signin-oidc'],
    },
    scope: 'User.Read Calendars.Read offline_access',
    forEverybody: true,
  }
  const old = SERVICES.find(({ consent }) => consent === 'people')!
  const at = start + 9 * 60 * MINUTE
  return [
    {
      at: honest.at,
      what: 'An administrator consents to an honest application for everybody',
      ...together(
        ...consentActivities(world, honest).map((activity) => changed(world, activity)),
        consentObjects(world, honest),
      ),
    },
    {
      at,
      what: 'An administrator without the right fails to take the consent to an old application away',
      ...changed(world, {
        id: recordId(world, KEY, 'removal'),
        at,
        activityDisplayName: 'Remove delegated permission grant',
        category: 'ApplicationManagement',
        operationType: 'Unassign',
        actor: assistant,
        ip: homeIp(world, assistant),
        failure: 'Insufficient privileges to complete the operation.',
        targets: [
          {
            type: 'ServicePrincipal',
            id: servicePrincipalIdOf(world, GRAPH.appId),
            displayName: GRAPH.displayName,
            modified: [{ name: 'DelegatedPermissionGrant.Scope', old: JSON.stringify(old.scope), new: null }],
          },
          { type: 'ServicePrincipal', id: serviceIdOf(world, old.name), displayName: old.name, modified: [] },
        ],
      }),
    },
  ]
}
