import { deviceAt } from './devices.ts'
import { random } from './random.ts'
import type { Kind } from './objects.ts'
import type { Person } from './directory.ts'
import type { World } from './world.ts'

/**
 * What people prove with that it is they who sign in. An attacker who has taken over an account likes to add one of his own.
 */
export interface AuthenticationMethod {
  /** Within the user's. The password's and the phones' are the same for everybody, as published. */
  id: string
  kind: MethodKind
  /** Tenant time, milliseconds; null where the service does not tell. */
  createdAt: number | null
  /** As Graph tells them, without `id` and `createdDateTime`. */
  properties: Readonly<Record<string, unknown>>
}

export const METHOD_KINDS = [
  'password',
  'phone',
  'microsoftAuthenticator',
  'fido2',
  'windowsHelloForBusiness',
  'email',
  'softwareOath',
  'temporaryAccessPass',
] as const

export type MethodKind = (typeof METHOD_KINDS)[number]

export const PASSWORD_METHOD = '28c10230-6103-485e-b985-444c60001490'
/** By type of phone. */
export const PHONE_METHODS = {
  mobile: '3179e48a-750b-4051-897c-87b9720928f7',
  alternateMobile: 'b6332ec1-7057-4abe-9331-3d72feddfe41',
  office: 'e37fc753-ff3b-4958-9484-eaa9425c82bc',
} as const

/** Ids are `<user id>/<method id>`. */
export const authenticationMethods: Kind<AuthenticationMethod> = {
  name: 'authenticationMethod',
  born: (world) => {
    const of = (owner: string): (readonly [string, AuthenticationMethod])[] => {
      const person = world.directory.find(owner)
      return person ? bornOf(world, person).map((method) => [`${owner}/${method.id}`, method] as const) : []
    }
    return {
      of,
      find: (id) => of(id.split('/')[0]!).find(([known]) => known === id)?.[1],
      *all() {
        for (const { id } of world.directory.all()) yield* of(id)
      },
    }
  },
}

const DAY = 86_400_000

function bornOf(world: World, person: Person): AuthenticationMethod[] {
  if (person.kind === 'guest' || person.kind === 'shared') return []
  const r = random(world.seed, 'authentication methods', person.index)
  const since = () => world.epoch - r.between(30, 900) * DAY
  const method = (kind: MethodKind, properties: Record<string, unknown>, id = r.guid()): AuthenticationMethod => ({
    id,
    kind,
    createdAt: since(),
    properties,
  })
  const password = method('password', { password: null }, PASSWORD_METHOD)
  const key = () =>
    method(
      'fido2',
      {
        displayName: 'Security key',
        aaGuid: '2fc0579f-8113-47ea-b116-bb5a8db9202a',
        model: 'YubiKey 5 NFC FIPS',
        attestationCertificates: [],
        attestationLevel: 'attested',
        passkeyType: 'deviceBound',
      },
      Buffer.from(r.hex(32), 'hex').toString('base64url'),
    )
  if (person.givenName === null) return [password, key(), key()]
  const phone = deviceAt(world, 2 * person.index + 1)
  const computer = deviceAt(world, 2 * person.index)
  return [
    password,
    ...(r.chance(0.75)
      ? [
          method(
            'phone',
            {
              phoneType: 'mobile',
              phoneNumber: `${person.office.phone.replaceAll(' ', '').replace(/^(\+\d{1,3}?)(\d+)$/, '$1 $2')}${r.between(1000, 9999)}`,
              smsSignInState: 'notAllowedByPolicy',
            },
            PHONE_METHODS.mobile,
          ),
        ]
      : []),
    ...(phone && r.chance(0.85)
      ? [
          method('microsoftAuthenticator', {
            displayName: phone.model,
            deviceTag: 'SoftwareTokenActivated',
            phoneAppVersion: phone.operatingSystem === 'IPhone' ? '6.8.34' : '6.2510.7135',
          }),
        ]
      : []),
    ...(computer?.operatingSystem === 'Windows' && r.chance(0.6)
      ? [method('windowsHelloForBusiness', { displayName: computer.name, keyStrength: 'normal' })]
      : []),
    ...(person.department === 'IT' || r.chance(0.05) ? [key()] : []),
    ...(r.chance(0.04) ? [method('softwareOath', { secretKey: null })] : []),
  ]
}
