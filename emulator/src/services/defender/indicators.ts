import { isIP } from 'node:net'

import { none } from '#world/objects.ts'
import type { Fields } from '#services/graph/odata/filter.ts'
import type { Kind } from '#world/objects.ts'
import type { Reply } from '#http/exchange.ts'
import type { Tenant } from '#cloud.ts'

import { DefenderError, invalidBody, invalidInput, missingParameter, notFound } from './errors.ts'
import { context, readBody } from './route.ts'
import { list } from './list.ts'
import type { Call, Route } from './route.ts'

/** Indicators: files, addresses, domains and URLs that Defender for Endpoint allows, watches or stops. */
interface Indicator {
  id: string
  indicatorValue: string
  indicatorType: IndicatorType
  action: string
  title: string
  description: string
  application: string | null
  severity: string
  recommendedActions: string | null
  rbacGroupNames: string[]
  generateAlert: boolean
  educateUrl: string | null
  expirationTime: string | null
  /** Client id of the application that made it: without Ti.ReadWrite.All it sees no others. */
  appId: string
  createdBy: string
  /** Milliseconds. */
  createdAt: number
  updatedAt: number
}

type IndicatorType = keyof typeof VALUES

const indicators: Kind<Indicator> = { name: 'defender.indicator', born: none }

const ROLES = ['Ti.ReadWrite', 'Ti.ReadWrite.All']
const ACTIONS = ['Allowed', 'Audit', 'Warn', 'Block', 'BlockAndRemediate', 'Alert', 'AlertAndBlock']
const SEVERITIES = ['Informational', 'Low', 'Medium', 'High']
/** Active ones a tenant may have. */
const MOST = 15_000
const LARGEST_IMPORT = 500

export const indicatorRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/indicators', roles: ROLES, handle: listIndicators },
  { method: 'POST', pattern: '/indicators', roles: ROLES, handle: submitIndicator },
  { method: 'POST', pattern: '/indicators/import', roles: ROLES, handle: importIndicators },
  { method: 'POST', pattern: '/indicators/BatchDelete', roles: ROLES, handle: deleteIndicators },
  { method: 'GET', pattern: '/indicators/:indicator', roles: ROLES, handle: getIndicator },
  { method: 'DELETE', pattern: '/indicators/:indicator', roles: ROLES, handle: deleteIndicator },
]

const hex = (digits: number) => (value: string) => new RegExp(`^[\\da-f]{${digits}}$`, 'i').test(value)

/** Whether a text is a value of the type, and the code of the refusal where it is not. */
const VALUES = {
  FileSha1: [hex(40), 'InvalidHashValue'],
  FileSha256: [hex(64), 'InvalidHashValue'],
  FileMd5: [hex(32), 'InvalidHashValue'],
  CertificateThumbprint: [hex(40), 'InvalidHashValue'],
  // One address: a range is refused.
  IpAddress: [(value: string) => isIP(value) > 0, 'InvalidIpAddress'],
  DomainName: [
    (value: string) => /^(?=.{1,253}$)([a-z\d_]([a-z\d_-]{0,61}[a-z\d])?\.)+[a-z\d-]{2,63}$/i.test(value),
    'InvalidDomainName',
  ],
  Url: [(value: string) => /^https?:\/\/[^\s/]+\S*$/i.test(value) && URL.canParse(value), 'InvalidUrl'],
} as const

const FIELDS: Fields = {
  application: 'string',
  createdByDisplayName: 'string',
  expirationTime: 'date',
  generateAlert: 'boolean',
  title: 'string',
  rbacGroupNames: 'strings',
  indicatorValue: 'string',
  indicatorType: 'string',
  creationTimeDateTimeUtc: 'date',
  createdBy: 'string',
  action: 'string',
  severity: 'string',
}

/** Those that the caller may see and that have not expired. */
function* visible({ tenant, roles, appId }: Call): Generator<Indicator> {
  const all = roles.has('Ti.ReadWrite.All')
  for (const indicator of tenant.objects(indicators).all())
    if (isActive(tenant, indicator) && (all || indicator.appId === appId)) yield indicator
}

const isActive = ({ now }: Tenant, { expirationTime }: Indicator) =>
  expirationTime === null || Date.parse(expirationTime) > now

function listIndicators(call: Call): Reply {
  return list(call, 'Indicators', FIELDS, [...visible(call)].map(shape))
}

function getIndicator(call: Call): Reply {
  return { status: 200, body: { '@odata.context': context('Indicators/$entity'), ...shape(indicatorOf(call)) } }
}

function indicatorOf(call: Call): Indicator {
  const wanted = call.params['indicator']!
  for (const indicator of visible(call)) if (indicator.id === wanted) return indicator
  throw notFound(`Indicator ${wanted}`)
}

function deleteIndicator(call: Call): Reply {
  call.tenant.objects(indicators).remove(indicatorOf(call).id)
  return { status: 204 }
}

function deleteIndicators(call: Call): Reply {
  const { IndicatorIds: ids } = readBody(call)
  if (ids === undefined) throw missingParameter('IndicatorIds')
  if (!Array.isArray(ids) || ids.length > LARGEST_IMPORT)
    throw new DefenderError(
      400,
      'MaximumBatchSizeExceeded',
      `'IndicatorIds' must be a list of up to ${LARGEST_IMPORT}.`,
    )
  const known = new Map([...visible(call)].map((indicator) => [indicator.id, indicator]))
  const missing = ids.find((id) => !known.has(String(id)))
  if (missing !== undefined) throw notFound(`Indicator ${String(missing)}`)
  for (const id of ids) call.tenant.objects(indicators).remove(String(id))
  return { status: 204 }
}

function submitIndicator(call: Call): Reply {
  const indicator = store(call, readBody(call))
  return { status: 200, body: { '@odata.context': context('Indicators/$entity'), ...shape(indicator) } }
}

/** Up to 500 at once: each succeeds or fails on its own. */
function importIndicators(call: Call): Reply {
  const { Indicators: all } = readBody(call)
  if (!Array.isArray(all)) throw missingParameter('Indicators')
  if (all.length > LARGEST_IMPORT)
    throw new DefenderError(400, 'MaximumBatchSizeExceeded', `A request holds at most ${LARGEST_IMPORT} indicators.`)
  const value = all.map((each: unknown) => {
    const given = (typeof each === 'object' && each !== null ? each : {}) as Record<string, unknown>
    try {
      const { id, indicatorValue } = store(call, given)
      return { id, indicator: indicatorValue, isFailed: false, failureReason: null }
    } catch (error) {
      if (!(error instanceof DefenderError)) throw error
      return { id: null, indicator: given['indicatorValue'] ?? null, isFailed: true, failureReason: error.message }
    }
  })
  return {
    status: 200,
    body: { '@odata.context': context('Collection(microsoft.windowsDefenderATP.api.ImportIndicatorResult)'), value },
  }
}

/** Makes an indicator, or changes the one of the same value and type. */
function store(call: Call, body: Record<string, unknown>): Indicator {
  const { tenant } = call
  const read = readIndicator(body)
  const all = [...tenant.objects(indicators).all()].filter((each) => isActive(tenant, each))
  const same = all.find(
    ({ indicatorType, indicatorValue }) =>
      indicatorType === read.indicatorType && indicatorValue.toLowerCase() === read.indicatorValue.toLowerCase(),
  )
  if (same && same.appId !== call.appId && !call.roles.has('Ti.ReadWrite.All'))
    throw new DefenderError(409, 'Conflict', `An indicator for '${read.indicatorValue}' exists already.`)
  if (!same && all.length >= MOST)
    throw new DefenderError(
      400,
      'MaximumIndicatorsExceeded',
      `The tenant has ${MOST} active indicators, the most it may have.`,
    )
  const id = same?.id ?? String(tenant.changeCount + 1)
  return tenant.objects(indicators).put(id, {
    ...read,
    id,
    appId: same?.appId ?? call.appId,
    createdBy: same?.createdBy ?? call.appId,
    createdAt: same?.createdAt ?? tenant.now,
    updatedAt: tenant.now,
  })
}

type Given = Omit<Indicator, 'id' | 'appId' | 'createdBy' | 'createdAt' | 'updatedAt'>

function readIndicator(body: Record<string, unknown>): Given {
  const required = (name: string): string => {
    const value = body[name]
    if (value === undefined || value === null || value === '') throw missingParameter(name)
    if (typeof value !== 'string') throw invalidBody(`'${name}' must be a string.`)
    return value
  }
  const optional = (name: string): string | null =>
    body[name] === undefined || body[name] === null ? null : required(name)
  const oneOf = (name: string, value: string, members: readonly string[]): string => {
    const member = members.find((known) => known.toLowerCase() === value.toLowerCase())
    if (!member) throw invalidInput(`'${value}' is not a valid ${name}: ${members.join(', ')}.`)
    return member
  }
  const indicatorType = oneOf('indicatorType', required('indicatorType'), Object.keys(VALUES)) as IndicatorType
  const indicatorValue = required('indicatorValue').trim()
  const [isValue, code] = VALUES[indicatorType]
  if (!isValue(indicatorValue))
    throw new DefenderError(400, code, `'${indicatorValue}' is not a valid ${indicatorType}.`)
  const action = oneOf('action', required('action'), ACTIONS)
  if (action === 'BlockAndRemediate' && !indicatorType.startsWith('File'))
    throw invalidInput('The action BlockAndRemediate is for files.')
  if (action === 'Audit' && body['generateAlert'] !== true) throw invalidInput('The action Audit needs generateAlert.')
  const expirationTime = optional('expirationTime')
  if (expirationTime !== null && Number.isNaN(Date.parse(expirationTime)))
    throw invalidInput(`'${expirationTime}' is not a valid expirationTime.`)
  const groups = body['rbacGroupNames'] ?? []
  if (!Array.isArray(groups) || !groups.every((group) => typeof group === 'string'))
    throw invalidBody("'rbacGroupNames' must be a list of strings.")
  return {
    indicatorValue,
    indicatorType,
    action,
    title: required('title'),
    description: required('description'),
    application: optional('application'),
    severity: oneOf('severity', optional('severity') ?? 'Informational', SEVERITIES),
    recommendedActions: optional('recommendedActions'),
    rbacGroupNames: groups,
    generateAlert: body['generateAlert'] === true,
    educateUrl: optional('educateUrl'),
    expirationTime: expirationTime === null ? null : new Date(expirationTime).toISOString(),
  }
}

const shape = ({ createdAt, updatedAt, ...indicator }: Indicator) => ({
  ...indicator,
  appId: undefined,
  source: 'PublicApi',
  sourceType: 'AadApp',
  createdByDisplayName: null,
  createdBySource: 'PublicApi',
  creationTimeDateTimeUtc: new Date(createdAt).toISOString(),
  lastUpdateTime: new Date(updatedAt).toISOString(),
  lastUpdatedBy: indicator.createdBy,
  historicalDetection: false,
  lookBackPeriod: null,
  category: 1,
  mitreTechniques: [],
})
