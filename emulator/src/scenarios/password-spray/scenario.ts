import { GRAPH } from '#world/resources.ts'
import { PRODUCTS, incidentId } from '#world/security/alert.ts'
import { alerted, foundRisky, heldAtRisk, recordId, signedIn, together } from '#scenarios/deeds.ts'
import { homeIp } from '#world/audit/records/record.ts'
import { ipEvidence, userEvidence } from '#world/security/evidence.ts'
import type { Person } from '#world/directory.ts'
import type { Scenario, Step } from '#scenarios/scenario.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { SignInDetail } from '#world/entra/sign-in-record.ts'
import type { World } from '#world/world.ts'

import { LOOKS_AROUND, attempts, castOf, successOf } from './cast.ts'

/**
 * Password spray: two passwords tried for forty accounts from three addresses, one try in some minutes, so that no account
 * locks itself. One is right, no second factor is asked for, and the account is used to look around in the directory.
 * Around it: somebody who mistypes, and a telephone that keeps trying an old password.
 */
export const passwordSpray: Scenario = {
  id: 'password-spray',
  title: 'Few passwords for many accounts, one success, and a look around in the directory',
  attack: ['T1110.003', 'T1078.004', 'T1087.004', 'T1069.003'],
  rules: ['Password Spray', 'Password Spray That Found A Password', 'Stolen Token Or Password'],
  mail: () => [],
  steps: (world) => [...attack(world), ...lookAlikes(world)].sort((a, b) => a.at - b.at),
  truth: (world) => {
    const { victim, accounts, ips, sessionId, forgetful, oldPhone } = castOf(world)
    const success = successOf(world)
    const count = (outcome: string) => attempts(world).filter((each) => each.outcome === outcome).length
    return {
      userId: victim.id,
      userPrincipalName: victim.userPrincipalName,
      ips,
      sessionId,
      accounts: accounts.map(({ userPrincipalName }) => userPrincipalName),
      attempts: { wrong: count('wrong'), locked: count('locked'), right: count('right') },
      succeededAt: new Date(success.at).toISOString(),
      succeededFrom: success.ip,
      harmless: [forgetful, oldPhone].map(({ userPrincipalName }) => userPrincipalName),
    }
  },
}

const MINUTE = 60_000
const KEY = 'password-spray'
const AZURE_CLI = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
const GRAPH_TOOLS = { id: '14d82eec-204b-4c2f-b7e8-296a70dab67e', name: 'Microsoft Graph Command Line Tools' }
const OUTLOOK_WEB = '9199bf20-a13f-4107-85dc-02114787ef48'
const EXCHANGE = '00000002-0000-0ff1-ce00-000000000000'
const ERRORS = {
  wrong: { number: 50_126, word: 'InvalidUserNameOrPassword' },
  locked: { number: 50_053, word: 'IdsLocked' },
} as const
const FROM_ABROAD: SignInDetail = {
  city: 'Riga',
  network: 64_504,
  clientApp: 'Mobile Apps and Desktop clients',
  device: 'unknown',
}
const WORDS = {
  wrong: 'A password is tried, and wrong',
  locked: 'A password is tried, and refused because the address has tried too often',
  right: 'A password is tried, and right; no second factor is asked for',
} as const

function attack(world: World): Step[] {
  const { victim } = castOf(world)
  const success = successOf(world)
  const foundAt = success.at + 50 * MINUTE
  const tries = attempts(world).map(({ person, at, ip, outcome }, i): Step => {
    const sign = sprayed(world, i, person, at, ip)
    const step = { at, what: WORDS[outcome], attack: outcome === 'right' ? 'T1078.004' : 'T1110.003' }
    if (outcome !== 'right') return { ...step, ...signedIn(world, { ...sign, error: ERRORS[outcome] }, FROM_ABROAD) }
    const risk = { level: 'high', eventTypes: ['passwordSpray'] } as const
    return {
      ...step,
      ...together(
        signedIn(world, sign, { ...FROM_ABROAD, mfa: 'not asked', risk }),
        foundRisky(world, sign, { eventType: 'passwordSpray', level: 'high', city: 'Riga', delay: 50 * MINUTE }),
        heldAtRisk(victim, foundAt, risk),
      ),
    }
  })
  return [...tries, ...lookAround(world), noticed(world, foundAt)]
}

const sprayed = (world: World, i: number, person: Person, at: number, ip: string): SignIn => ({
  id: recordId(world, KEY, 'attempt', i),
  at,
  person,
  ip,
  userAgent: 'python-requests/2.32.3',
  applicationId: AZURE_CLI,
  sessionId: recordId(world, KEY, 'session', i),
})

/** The directory's log tells of no reading: what shows is that a tool for administrators gets tokens for Graph. */
function lookAround(world: World): Step[] {
  const { victim, sessionId } = castOf(world)
  const { at: since, ip } = successOf(world)
  const sign = (what: string, at: number): SignIn => ({
    id: recordId(world, KEY, what),
    at,
    person: victim,
    ip,
    userAgent: 'Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.19045; en-US) PowerShell/7.5.3',
    applicationId: GRAPH_TOOLS.id,
    resourceId: GRAPH.appId,
    sessionId,
  })
  const tool: SignInDetail = { ...FROM_ABROAD, applicationName: GRAPH_TOOLS.name, mfa: 'not asked' }
  return [
    {
      at: since + 20 * MINUTE,
      what: 'The account signs in to a tool for administrators',
      attack: 'T1087.004',
      ...signedIn(world, sign('tool', since + 20 * MINUTE), tool),
    },
    ...LOOKS_AROUND.map((after, i): Step => ({
      at: since + after,
      what: 'The tool gets a token for Graph, to list users, groups and roles',
      attack: i < 3 ? 'T1087.004' : 'T1069.003',
      ...signedIn(world, sign(`look ${i}`, since + after), { ...tool, kind: 'nonInteractiveUser' }),
    })),
  ]
}

function noticed(world: World, at: number): Step {
  const { victim, ips } = castOf(world)
  const [first] = attempts(world)
  const success = successOf(world)
  const incident = incidentId(world, KEY, at)
  const story = { incident, incidentName: 'Password spray involving multiple users', at, severity: 'high' } as const
  const user = userEvidence(victim, { remediationStatus: 'active', roles: ['compromised'] })
  const addresses = ips.map((ip) =>
    ipEvidence(ip, 'LV', { verdict: 'malicious', remediationStatus: 'active', roles: ['attacker'] }),
  )
  return {
    at,
    what: 'Identity Protection and Defender for Cloud Apps raise alerts',
    ...together(
      alerted(world, {
        ...story,
        key: `${KEY}.success`,
        title: 'Password Spray',
        description: 'A password that was tried for many accounts was right for this one.',
        mitreTechniques: ['T1110.003', 'T1078.004'],
        category: 'CredentialAccess',
        product: PRODUCTS.identityProtection,
        firstActivityAt: success.at,
        lastActivityAt: success.at,
        evidence: [user, ...addresses],
      }),
      alerted(world, {
        ...story,
        key: `${KEY}.attempts`,
        severity: 'medium',
        title: 'Multiple failed user log on attempts to an app',
        description: 'Many accounts failed to log on from the same addresses.',
        mitreTechniques: ['T1110.003'],
        category: 'CredentialAccess',
        product: PRODUCTS.cloudApps,
        firstActivityAt: first!.at,
        lastActivityAt: success.at,
        evidence: [...addresses, user],
      }),
    ),
  }
}

function lookAlikes(world: World): Step[] {
  const { forgetful, oldPhone, start } = castOf(world)
  const sign = (what: string, person: Person, at: number, userAgent: string): SignIn => ({
    id: recordId(world, KEY, what, at),
    at,
    person,
    ip: homeIp(world, person),
    userAgent,
    applicationId: OUTLOOK_WEB,
    resourceId: EXCHANGE,
    sessionId: recordId(world, KEY, what),
  })
  const morning = start + 3 * 60 * MINUTE
  const mistyped = [0, 1, 2].map((minute): Step => ({
    at: morning + minute * MINUTE,
    what: 'A colleague mistypes the password',
    ...signedIn(world, {
      ...sign('mistyped', forgetful, morning + minute * MINUTE, DESKTOP),
      error: ERRORS.wrong,
    }),
  }))
  const renewed = Array.from({ length: 8 }, (_, i): Step => {
    const at = start + (40 + 65 * i) * MINUTE
    return {
      at,
      what: 'A telephone tries a password that was changed',
      ...signedIn(
        world,
        { ...sign('telephone', oldPhone, at, TELEPHONE), error: ERRORS.wrong },
        { clientApp: 'Exchange ActiveSync' },
      ),
    }
  })
  return [
    ...mistyped,
    {
      at: morning + 4 * MINUTE,
      what: 'The colleague gets it right, and confirms on the phone',
      ...signedIn(world, sign('typed', forgetful, morning + 4 * MINUTE, DESKTOP), { mfa: 'approved' }),
    },
    ...renewed,
  ]
}

const DESKTOP =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0'
const TELEPHONE = 'Apple-iPhone17C3/2301.355'
