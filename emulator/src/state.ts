import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { createApplication } from '#world/applications.ts'
import { createClientCertificate } from '#http/certificates.ts'
import { protocolNow } from '#clock.ts'
import { USUAL } from '#scenarios/index.ts'
import { random } from '#world/random.ts'
import { EXCHANGE_ADMINISTRATOR, SECURITY_ADMINISTRATOR, USER_ADMINISTRATOR } from '#world/roles.ts'
import type { Birth } from '#snapshot.ts'
import type { Application } from '#world/applications.ts'
import type { LiveActivity } from '#world/audit/schedule.ts'

import { StartError } from './cli/start-error.ts'

/** What a data folder was made with. It never changes; what happens later is in `changes.jsonl`. */
export interface Origin extends Birth {
  format: 2
  live: LiveActivity
  /** Of each tenant, those it was made with. */
  applications: BornApplication[][]
}

export type BornApplication = Application & { certificateFile?: string; keyFile?: string }

export interface OriginOptions extends Partial<Birth> {
  live?: LiveActivity
}

const FILE = 'origin.json'

/**
 * Reads the folder's origin, or makes one there.
 *
 * @throws StartError where the folder was made with something else than asked for now, or cannot be read.
 */
export async function openOrigin(folder: string, options: OriginOptions): Promise<Origin> {
  const file = join(folder, FILE)
  if (!existsSync(file)) return createOrigin(folder, file, options)
  const origin = readOrigin(file)
  for (const name of ['seed', 'organization', 'epoch', 'live', 'tenants', 'frozen', 'scenarios', 'activity'] as const)
    if (options[name] !== undefined && String(options[name]) !== String(origin[name]))
      throw new StartError(
        `The data folder ${folder} cannot be used.`,
        `It was made with ${name} ${String(origin[name])}, and ${String(options[name])} is asked for now.`,
        `Leave the option out to go on with what is there, or give another folder with --data.`,
      )
  return origin
}

function readOrigin(file: string): Origin {
  try {
    const origin = JSON.parse(readFileSync(file, 'utf8')) as Origin
    if (origin.format === 2) return { activity: 1, ...origin }
  } catch {
    // Falls through: unreadable is as good as another format.
  }
  throw new StartError(
    `The file ${file} cannot be read.`,
    'It is damaged or was written by another version of the emulator.',
    'Give another folder with --data, or remove this one.',
  )
}

async function createOrigin(folder: string, file: string, options: OriginOptions): Promise<Origin> {
  const { seed = 42, tenants = 1 } = options
  const origin: Origin = {
    format: 2,
    seed,
    organization: options.organization ?? 'small',
    epoch: Math.floor((options.epoch ?? protocolNow()) / 1000) * 1000,
    live: options.live ?? 'normal',
    frozen: options.frozen ?? false,
    scenarios: options.scenarios ?? USUAL,
    activity: options.activity ?? 1,
    tenants,
    applications: await Promise.all(
      Array.from({ length: tenants }, (_, number) => createApplications(folder, seed, number)),
    ),
  }
  writeFileSync(file, `${JSON.stringify(origin, null, 2)}\n`, { mode: 0o600 })
  return origin
}

/** The product's registration, with a secret and a certificate, and one that only looks. */
async function createApplications(folder: string, seed: number, number: number): Promise<BornApplication[]> {
  const idsOf = (name: string) => (what: string) => random(seed, 'application', number, name, what).guid()
  const cordonRoles = [
    'ActivityFeed.Read',
    'ActivityFeed.ReadDlp',
    'User.Read.All',
    'GroupMember.Read.All',
    'Mail.ReadWrite',
    'MailboxSettings.Read',
    'MailboxSettings.ReadWrite',
    'Calendars.Read',
    'Calendars.ReadWrite',
    'ExchangeMessageTrace.Read.All',
    'ThreatHunting.Read.All',
    'SecurityAnalyzedMessage.ReadWrite.All',
    'ThreatSubmission.ReadWrite.All',
    'Organization.Read.All',
    'User.EnableDisableAccount.All',
    'User.RevokeSessions.All',
    'IdentityRiskyUser.Read.All',
    'IdentityRiskyUser.ReadWrite.All',
    'Machine.Read.All',
    'Machine.Isolate',
    'Machine.Scan',
    'Machine.LiveResponse',
    'Ti.ReadWrite.All',
    'Exchange.ManageAsApp',
    'Policy.Read.All',
    'Policy.ReadWrite.ConditionalAccess',
    'Application.Read.All',
    'Application.ReadWrite.All',
    'DelegatedPermissionGrant.ReadWrite.All',
    'User-PasswordProfile.ReadWrite.All',
  ]
  const cordon = createApplication('Cordon', cordonRoles, idsOf('Cordon'), {
    directoryRoles: [SECURITY_ADMINISTRATOR, EXCHANGE_ADMINISTRATOR, USER_ADMINISTRATOR],
    azureRoles: ['Reader', 'Azure Event Hubs Data Receiver'],
  })
  const auditor = createApplication('Independent auditor', ['Mail.Read', 'User.Read.All'], idsOf('auditor'), {
    azureRoles: ['Reader'],
  })
  const { certificate, key } = await createClientCertificate('Cordon')
  const name = number === 0 ? 'cordon' : `cordon-${number + 1}`
  const [certificateFile, keyFile] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)]
  writeFileSync(certificateFile, certificate)
  writeFileSync(keyFile, key, { mode: 0o600 })
  cordon.certificates.push({ keyId: idsOf('Cordon')('certificate'), pem: certificate })
  return [{ ...cordon, certificateFile, keyFile }, auditor]
}
