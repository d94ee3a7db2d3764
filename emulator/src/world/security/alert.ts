import { random } from '#world/random.ts'
import type { Trace } from '#world/surface.ts'
import type { World } from '#world/world.ts'

import type { Evidence } from './evidence.ts'

/**
 * Alerts of the Defender products and Identity Protection, and the incidents they make up. An alert is written down as it
 * was raised; what the service made of it later is in its updates, what people made of it is kept apart.
 */
export interface Alert {
  incidentId: string
  /** What the incident is called once it has more than this alert. */
  incidentName: string
  title: string
  description: string
  recommendedActions: string
  severity: 'informational' | 'low' | 'medium' | 'high'
  category: string
  mitreTechniques: readonly string[]
  product: Product
  detectorId: string
  alertPolicyId: string | null
  /** Milliseconds. */
  firstActivityAt: number
  lastActivityAt: number
  actorDisplayName: string | null
  threatDisplayName: string | null
  threatFamilyName: string | null
  investigationState: string | null
  evidence: readonly Evidence[]
  systemTags: readonly string[]
  /** What the service did to it after, oldest first. */
  updates: readonly AlertUpdate[]
}

/** What the service or a person changes of an alert. */
export interface AlertChange {
  status?: 'new' | 'inProgress' | 'resolved'
  classification?: string | null
  determination?: string | null
  assignedTo?: string | null
  customDetails?: Record<string, unknown> | null
  investigationState?: string | null
}

export interface AlertUpdate {
  /** Tenant time, milliseconds. */
  at: number
  set: AlertChange
  /** Found since. */
  evidence?: readonly Evidence[]
}

/** Who raises alerts, as `serviceSource`, `detectionSource` and `productName` tell it. */
export interface Product {
  service: string
  detection: string
  name: string
}

const product = (service: string, detection: string, name: string): Product => ({ service, detection, name })

export const PRODUCTS = {
  office365: product(
    'microsoftDefenderForOffice365',
    'microsoftDefenderForOffice365',
    'Microsoft Defender for Office 365',
  ),
  endpoint: product('microsoftDefenderForEndpoint', 'microsoftDefenderForEndpoint', 'Microsoft Defender for Endpoint'),
  antivirus: product('microsoftDefenderForEndpoint', 'antivirus', 'Microsoft Defender for Endpoint'),
  cloudApps: product('microsoftDefenderForCloudApps', 'cloudAppSecurity', 'Microsoft Defender for Cloud Apps'),
  appGovernance: product('microsoftAppGovernance', 'appGovernanceDetection', 'App Governance'),
  identityProtection: product(
    'azureAdIdentityProtection',
    'azureAdIdentityProtection',
    'Microsoft Entra ID Protection',
  ),
  xdr: product('microsoft365Defender', 'microsoft365Defender', 'Microsoft Defender XDR'),
  customDetection: product('microsoft365Defender', 'customDetection', 'Microsoft Defender XDR'),
  dataLossPrevention: product('dataLossPrevention', 'microsoftDataLossPrevention', 'Microsoft Data Loss Prevention'),
  insiderRisk: product(
    'microsoftInsiderRiskManagement',
    'microsoftInsiderRiskManagement',
    'Microsoft Purview Insider Risk Management',
  ),
} as const

/** What a scenario has to say of an alert; the rest has a usual value. */
export interface AlertFacts extends Partial<Omit<Alert, 'incidentId' | 'product' | 'updates'>> {
  /** Unique in the world: the alert's id is made from it. */
  key: string
  /** When it was created: tenant time, milliseconds. */
  at: number
  /** From when on it can be read; half a minute after it was created unless told. */
  publishedAt?: number
  title: string
  product: Product
  evidence: readonly Evidence[]
  /** {@link incidentId} of the incident it belongs to; one of its own unless given. */
  incident?: string
  updates?: readonly AlertUpdate[]
}

/** An alert as a record of the surface. */
export function alertTrace(world: World, facts: AlertFacts): Trace<Alert> {
  const { key, at, publishedAt = at + 30_000, incident, ...said } = facts
  const r = random(world.seed, 'alert', key)
  const record: Alert = {
    incidentName: said.title,
    description: said.title,
    recommendedActions: '',
    severity: 'medium',
    category: 'InitialAccess',
    mitreTechniques: [],
    detectorId: random(world.seed, 'detector', said.title).guid(),
    alertPolicyId: null,
    firstActivityAt: at,
    lastActivityAt: at,
    actorDisplayName: null,
    threatDisplayName: null,
    threatFamilyName: null,
    investigationState: null,
    systemTags: [],
    updates: [],
    ...said,
    incidentId: incident ?? incidentId(world, key, at),
  }
  return { id: alertId(at, r.between(0, 9999), r.between(-2_147_483_648, 2_147_483_647)), at, publishedAt, record }
}

/** Ticks of 100 nanoseconds from the year 1 to 1970. */
const FIRST_TICKS = 621_355_968_000_000_000n

/** `da<ticks>_<number>`: the ticks are the moment of creation. */
const alertId = (at: number, fraction: number, number: number) =>
  `da${FIRST_TICKS + BigInt(at) * 10_000n + BigInt(fraction)}_${number}`

/** When an alert was created, with seven digits after the second and without zeros at the end. */
export function createdDateTimeOf(id: string): string {
  const ticks = BigInt(/^da(\d+)_/.exec(id)![1]!) - FIRST_TICKS
  const seconds = new Date(Number(ticks / 10_000_000n) * 1000).toISOString().slice(0, 19)
  const fraction = String(ticks % 10_000_000n)
    .padStart(7, '0')
    .replace(/0+$/, '')
  return `${seconds}${fraction ? `.${fraction}` : ''}Z`
}

const DAY = 86_400_000
/** Incidents are counted from here. */
const FIRST_DAY = 20_000

/** The id of an incident whose first alert was raised at `at`. Later incidents have higher numbers. */
export function incidentId(world: World, key: string, at: number): string {
  const day = Math.floor(at / DAY) - FIRST_DAY
  return String(day * 1000 + random(world.seed, 'incident', key).between(0, 999))
}
