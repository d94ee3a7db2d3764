import { PRODUCTS, incidentId } from '#world/security/alert.ts'
import { accessEvent } from '#world/audit/records/exchange.ts'
import { alerted, audited, changed, foundRisky, heldAtRisk, recordId } from '#scenarios/deeds.ts'
import { authenticationMethods } from '#world/authentication-methods.ts'
import { homeIp } from '#world/audit/records/record.ts'
import { ipEvidence, userEvidence } from '#world/security/evidence.ts'
import { mailItem } from '#scenarios/letter.ts'
import { placeOf } from '#world/entra/places.ts'
import { plant } from '#world/objects.ts'
import { signedIn, together } from '#scenarios/deeds.ts'
import type { Deed } from '#scenarios/deeds.ts'
import type { Person } from '#world/directory.ts'
import type { Scenario, Step } from '#scenarios/scenario.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { World } from '#world/world.ts'

import { MINUTES_TO_REGISTER, castOf, readItems } from './cast.ts'

/**
 * MFA fatigue: the password is known, and prompt after prompt comes to the phone until one is approved. Then a second phone
 * is registered, so that nobody needs to be asked again. Around it: a prompt denied by mistake, and an honest new phone.
 */
export const mfaFatigue: Scenario = {
  id: 'mfa-fatigue',
  title: 'Prompts in the night until one is approved, and a second phone',
  attack: ['T1621', 'T1078.004', 'T1098.005', 'T1114.002'],
  mail: () => [],
  steps: (world) => [...attack(world), ...lookAlikes(world)].sort((a, b) => a.at - b.at),
  truth: (world) => {
    const { victim, ip, later, sessionId, laterSessionId, denied, approvedAt, methodId, telephone } = castOf(world)
    const { clumsy, renewer } = castOf(world)
    return {
      userId: victim.id,
      userPrincipalName: victim.userPrincipalName,
      ips: [ip, later],
      sessionIds: [sessionId, laterSessionId],
      prompts: { denied: denied.length, approved: 1 },
      approvedAt: new Date(approvedAt).toISOString(),
      method: { id: methodId, displayName: telephone },
      read: readItems(world).map(({ internetMessageId }) => internetMessageId),
      harmless: [clumsy, renewer].map(({ userPrincipalName }) => userPrincipalName),
    }
  },
}

const MINUTE = 60_000
const KEY = 'mfa-fatigue'
const AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const OFFICE_HOME = '4765445b-32c6-49b0-83e6-1d93765276ca'
const OUTLOOK_WEB = '9199bf20-a13f-4107-85dc-02114787ef48'
const EXCHANGE = '00000002-0000-0ff1-ce00-000000000000'
const MY_SIGN_INS = { applicationId: '19db86c3-b2b9-44cc-b339-36da233a3be2', applicationName: 'My Signins' }
const DENIED = { number: 500_121, word: 'AuthenticationFailedDuringStrongAuthenticationRequest' }

const session = (world: World, what: string, person: Person, at: number, more: Partial<SignIn> = {}): SignIn => ({
  id: recordId(world, KEY, what, at),
  at,
  person,
  ip: homeIp(world, person),
  userAgent: AGENT,
  applicationId: OFFICE_HOME,
  sessionId: recordId(world, KEY, what),
  ...more,
})

function attack(world: World): Step[] {
  const { victim, ip, later, city, sessionId, laterSessionId, denied, approvedAt } = castOf(world)
  const abroad = { city, network: 64_507, device: 'unknown' } as const
  const here = { ip, sessionId }
  const approved = session(world, 'approved', victim, approvedAt, here)
  const registeredAt = approvedAt + MINUTES_TO_REGISTER
  const backAt = registeredAt + 50 * MINUTE
  const risk = { level: 'high', eventTypes: ['unfamiliarFeatures'] } as const
  const outlook = { applicationId: OUTLOOK_WEB, resourceId: EXCHANGE, ip: later, sessionId: laterSessionId }
  return [
    ...denied.map((at): Step => ({
      at,
      what: 'The password is right; the prompt on the phone is denied',
      attack: 'T1621',
      ...signedIn(world, session(world, 'denied', victim, at, { ...here, error: DENIED }), {
        ...abroad,
        mfa: 'denied',
      }),
    })),
    {
      at: approvedAt,
      what: 'A prompt is approved',
      attack: 'T1621',
      ...together(
        signedIn(world, approved, { ...abroad, mfa: 'approved', risk }),
        foundRisky(world, approved, { eventType: 'unfamiliarFeatures', level: 'high', city }),
        heldAtRisk(victim, approvedAt + 30_000, risk),
      ),
    },
    {
      at: registeredAt,
      what: 'A second phone is registered',
      attack: 'T1098.005',
      ...together(
        signedIn(world, session(world, 'my sign-ins', victim, registeredAt, { ...here, ...registration }), {
          ...abroad,
          applicationName: MY_SIGN_INS.applicationName,
          mfa: 'remembered',
        }),
        registered(world, victim, registeredAt, ip, attackersPhone(world)),
      ),
    },
    noticed(world, registeredAt + 12 * MINUTE),
    {
      at: backAt,
      what: 'The account is used from another address; the second phone answers',
      attack: 'T1078.004',
      ...signedIn(world, session(world, 'back', victim, backAt, outlook), { ...abroad, mfa: 'approved' }),
    },
    {
      at: backAt + 4 * MINUTE,
      what: 'Mail is read',
      attack: 'T1114.002',
      ...audited(
        'Audit.Exchange',
        backAt + 4 * MINUTE,
        accessEvent(
          world,
          {
            id: recordId(world, KEY, 'read'),
            at: backAt + 4 * MINUTE,
            owner: victim,
            ip: later,
            operation: 'MailItemsAccessed',
            clientInfo: 'Client=OWA;Action=ViaProxy',
            sessionId: laterSessionId,
          },
          readItems(world).map((item) => mailItem(world, victim, item, '\\Inbox')),
        ),
      ),
    },
  ]
}

const registration = { applicationId: MY_SIGN_INS.applicationId, resourceId: MY_SIGN_INS.applicationId }

interface Phone {
  id: string
  displayName: string
}

const attackersPhone = (world: World): Phone => {
  const { methodId, telephone } = castOf(world)
  return { id: methodId, displayName: telephone }
}

/** A telephone becomes somebody's second factor: the method is there, and the directory tells of it. */
function registered(world: World, person: Person, at: number, ip: string, { id, displayName }: Phone): Deed {
  const user = { type: 'User', id: person.id, userPrincipalName: person.userPrincipalName } as const
  const activity = (what: string, operationType: 'Add' | 'Update') => ({
    id: recordId(world, KEY, what, person.index),
    at,
    activityDisplayName: what,
    category: 'UserManagement',
    operationType,
    actor: person,
    ip,
  })
  return together(
    changed(world, {
      ...activity('User registered security info', 'Add'),
      loggedByService: 'Authentication Methods',
      remark: 'User registered Authenticator App with Notification and Code',
      targets: [{ ...user, modified: [] }],
    }),
    changed(world, {
      ...activity('Update user', 'Update'),
      targets: [
        {
          ...user,
          modified: [
            {
              name: 'StrongAuthenticationPhoneAppDetail',
              old: '[]',
              new: JSON.stringify([{ DeviceName: displayName }]),
            },
            { name: 'Included Updated Properties', old: null, new: '"StrongAuthenticationPhoneAppDetail"' },
          ],
        },
      ],
    }),
    {
      objects: [
        plant(authenticationMethods, `${person.id}/${id}`, at, {
          id,
          kind: 'microsoftAuthenticator',
          createdAt: at,
          properties: { displayName, deviceTag: 'SoftwareTokenActivated', phoneAppVersion: '6.2510.7135' },
        }),
      ],
    },
  )
}

function noticed(world: World, at: number): Step {
  const { victim, ip, city, denied, approvedAt } = castOf(world)
  const incident = incidentId(world, KEY, at)
  const story = {
    incident,
    incidentName: 'Credential access incident involving one user',
    at,
    severity: 'high',
  } as const
  const evidence = [
    userEvidence(victim, { remediationStatus: 'active', roles: ['compromised'] }),
    ipEvidence(ip, placeOf(city).countryOrRegion, {
      verdict: 'malicious',
      remediationStatus: 'active',
      roles: ['attacker'],
    }),
  ]
  return {
    at,
    what: 'Identity Protection and a custom detection raise alerts',
    ...together(
      alerted(world, {
        ...story,
        key: `${KEY}.sign-in`,
        title: 'Unfamiliar sign-in properties',
        description: 'A sign-in was not like the earlier ones of this user.',
        mitreTechniques: ['T1078.004'],
        product: PRODUCTS.identityProtection,
        firstActivityAt: approvedAt,
        lastActivityAt: approvedAt,
        evidence,
      }),
      alerted(world, {
        ...story,
        key: `${KEY}.prompts`,
        title: 'Many denied prompts, then one that was approved',
        description: `${denied.length} prompts for a second factor were denied before one was approved.`,
        category: 'CredentialAccess',
        mitreTechniques: ['T1621'],
        product: PRODUCTS.customDetection,
        firstActivityAt: denied[0]!,
        lastActivityAt: approvedAt,
        evidence,
      }),
    ),
  }
}

function lookAlikes(world: World): Step[] {
  const { clumsy, renewer, start, honestMethodId } = castOf(world)
  const morning = start + 5 * 60 * MINUTE
  return [
    {
      at: morning,
      what: 'A colleague denies a prompt by mistake',
      ...signedIn(world, session(world, 'clumsy', clumsy, morning, { error: DENIED }), { mfa: 'denied' }),
    },
    {
      at: morning + MINUTE,
      what: 'The colleague approves the next one',
      ...signedIn(world, session(world, 'clumsy', clumsy, morning + MINUTE), { mfa: 'approved' }),
    },
    {
      at: morning + 30 * MINUTE,
      what: 'A colleague registers a new phone, in the office and on a known computer',
      ...together(
        signedIn(world, session(world, 'renewer', renewer, morning + 30 * MINUTE, registration), {
          applicationName: MY_SIGN_INS.applicationName,
          mfa: 'approved',
        }),
        registered(world, renewer, morning + 30 * MINUTE, homeIp(world, renewer), {
          id: honestMethodId,
          displayName: 'iPhone 17',
        }),
      ),
    },
  ]
}
