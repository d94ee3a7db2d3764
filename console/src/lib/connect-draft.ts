import type {
  ChangeSettings,
  CloudList,
  Connection,
  ConnectionSettings,
  ConnectionUse,
  CreateConnection,
  CredentialInput,
  FeedChoice,
  PlanRequest,
} from '@cordon/api'

import { changedOnly, settingsOf } from './settings.ts'

/** What a person has entered on the way to a connection, and the requests that it makes. */
export interface ConnectDraft {
  cloud: string
  feeds: string[]
  investigate: boolean
  actions: string[]
  /** One registration each to collect, to investigate and to respond. */
  separate: boolean
  name: string
  directoryId: string
  /** One for each registration that the plan asks for. */
  applications: ApplicationDraft[]
  feedForm: FeedForm
}

export interface ApplicationDraft {
  clientId: string
  credential: CredentialInput
  /** A day, `2027-05-31`; empty where it is not known or nothing expires. */
  secretExpiresOn: string
}

/** What is asked about feeds and the tenant, as the form holds it. */
export interface FeedForm {
  options: Record<string, Record<string, unknown>>
  secrets: Record<string, string>
  tenant: TenantForm
}

export interface TenantForm {
  organization: string
  cloudAppsUrl: string
  subscriptionIds: string[]
  testMailbox: string
  outsideMailbox: string
  authorizedDomains: string[]
  breakGlassUsers: string[]
}

const NO_TENANT: TenantForm = {
  organization: '',
  cloudAppsUrl: '',
  subscriptionIds: [],
  testMailbox: '',
  outsideMailbox: '',
  authorizedDomains: [],
  breakGlassUsers: [],
}

export const NEW_APPLICATION: ApplicationDraft = {
  clientId: '',
  credential: { kind: 'new-certificate' },
  secretExpiresOn: '',
}

/** Where everybody begins: the audit log and the search of mailboxes; what changes anything is chosen on purpose. */
export function newDraft({ clouds, feeds }: CloudList): ConnectDraft {
  const cloud = clouds[0]?.name ?? ''
  return {
    cloud,
    feeds: feeds.filter((feed) => feed.isDefault && whyOff(feed, cloud) === undefined).map(({ id }) => id),
    investigate: true,
    actions: [],
    separate: false,
    name: '',
    directoryId: '',
    applications: [],
    feedForm: { options: {}, secrets: {}, tenant: NO_TENANT },
  }
}

/** Why the cloud has no such feed or action; undefined where it has. */
export function whyOff({ notOffered }: Pick<FeedChoice, 'notOffered'>, cloud: string): string | undefined {
  return notOffered.find((each) => each.cloud === cloud)?.why
}

/** Feeds under the API they are read through, in the order they come. */
export function byApi(feeds: readonly FeedChoice[]): [api: string, feeds: FeedChoice[]][] {
  return [...Map.groupBy(feeds, ({ api }) => api)]
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
export const isGuid = (text: string) => GUID.test(text.trim())

/** What the planner is asked. IDs are given once they are whole: they only complete the consent links. */
export function planRequest(draft: ConnectDraft): PlanRequest {
  const { cloud, feeds, investigate, actions, separate, directoryId, applications } = draft
  const clientId = separate ? '' : (applications[0]?.clientId ?? '')
  return {
    cloud,
    feeds,
    investigate,
    actions,
    separate,
    ...(isGuid(directoryId) && { directoryId: directoryId.trim() }),
    ...(isGuid(clientId) && { clientId: clientId.trim() }),
  }
}

/** The application that a draft has for the n-th registration. */
export const applicationAt = ({ applications }: ConnectDraft, index: number) => applications[index] ?? NEW_APPLICATION

/** One request for each registration; feeds belong to the one that collects. */
export function createRequests(
  draft: ConnectDraft,
  registrations: readonly { uses: ConnectionUse[] }[],
  choices: CloudList,
): CreateConnection[] {
  const { name, cloud, directoryId, feedForm } = draft
  const offered = draft.feeds.filter((id) => choices.feeds.some((feed) => feed.id === id && !whyOff(feed, cloud)))
  return registrations.map(({ uses }, index) => {
    const { clientId, credential, secretExpiresOn } = applicationAt(draft, index)
    const feeds = uses.includes('collect') ? offered : []
    const expires = credential.kind === 'secret' &&
      secretExpiresOn !== '' && { secretExpiresAt: dayEnd(secretExpiresOn) }
    return {
      name: registrations.length === 1 ? name.trim() : `${name.trim()}, ${uses.join(' and ')}`,
      cloud,
      directoryId: directoryId.trim(),
      clientId: clientId.trim(),
      credential,
      feeds,
      settings: { ...settingsFor(feedForm, feeds, choices), ...expires, uses },
      feedSecrets: secretsFor(feedForm, feeds),
    }
  })
}

const dayEnd = (day: string) => `${day}T23:59:59Z`

/** The settings of these feeds and of the tenant; what is empty or the default is left out. */
function settingsFor({ options, tenant }: FeedForm, feeds: string[], choices: CloudList): ConnectionSettings {
  const feedOptions = Object.fromEntries(
    feeds
      .map((id) => [id, changedOnly(optionsOf(choices, id), options[id] ?? {})] as const)
      .filter(([, changed]) => Object.keys(changed).length > 0),
  )
  const given = Object.entries(tenant).filter(([, value]) => value.length > 0)
  return { ...Object.fromEntries(given), ...(Object.keys(feedOptions).length > 0 && { feedOptions }) }
}

const optionsOf = ({ feeds }: CloudList, id: string) =>
  settingsOf({ options: feeds.find((feed) => feed.id === id)?.options })

function secretsFor({ secrets }: FeedForm, feeds: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(secrets).filter(([id, secret]) => feeds.includes(id) && secret !== ''))
}

/** The form as a connection has it. Secrets are never shown again: one that stays empty stays as it is. */
export function feedFormOf({ settings }: Pick<Connection, 'settings'>): FeedForm {
  const { feedOptions = {}, organization, cloudAppsUrl, testMailbox, outsideMailbox } = settings
  const { subscriptionIds = [], authorizedDomains = [], breakGlassUsers = [] } = settings
  const texts = { organization, cloudAppsUrl, testMailbox, outsideMailbox }
  const given = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined))
  return {
    options: feedOptions as FeedForm['options'],
    secrets: {},
    tenant: { ...NO_TENANT, ...given, subscriptionIds, authorizedDomains, breakGlassUsers },
  }
}

/** What makes a connection's settings those of the form: null takes away what was emptied. */
export function changeOf(
  form: FeedForm,
  feeds: string[],
  choices: CloudList,
  before: ConnectionSettings,
): { settings: ChangeSettings; feedSecrets: Record<string, string> } {
  const after = settingsFor(form, feeds, choices)
  const names = [
    'organization',
    'cloudAppsUrl',
    'subscriptionIds',
    'testMailbox',
    'outsideMailbox',
    'authorizedDomains',
    'breakGlassUsers',
  ]
  const emptied = names.filter((name) => name in before && !(name in after)).map((name) => [name, null])
  const forgotten = Object.keys(before.feedOptions ?? {}).filter((id) => !(id in (after.feedOptions ?? {})))
  const feedOptions = { ...after.feedOptions, ...Object.fromEntries(forgotten.map((id) => [id, null])) }
  return {
    settings: {
      ...after,
      ...Object.fromEntries(emptied),
      ...(Object.keys(feedOptions).length > 0 && { feedOptions }),
    },
    feedSecrets: secretsFor(form, feeds),
  }
}

const EXCHANGE_ADMIN = 'Exchange.ManageAsApp'

/** Which facts about the tenant are worth asking for, by what was chosen. */
export function asksFor(
  asked: { feeds: readonly string[]; actions: readonly string[]; touchesMail: boolean; acts?: boolean },
  choices: CloudList,
): (keyof TenantForm)[] {
  const { feeds, actions, touchesMail, acts = actions.length > 0 } = asked
  const chosen = [
    ...choices.feeds.filter(({ id }) => feeds.includes(id)),
    ...choices.actions.filter(({ id }) => actions.includes(id)),
  ]
  const has = (prefix: string) => feeds.some((id) => id.startsWith(prefix))
  const needsOrganization = chosen.some(({ permissions }) =>
    permissions.some(({ permission }) => permission === EXCHANGE_ADMIN),
  )
  return [
    ...(needsOrganization ? (['organization'] as const) : []),
    ...(has('cloud-apps.') ? (['cloudAppsUrl'] as const) : []),
    ...(has('azure.') ? (['subscriptionIds'] as const) : []),
    ...(touchesMail ? (['testMailbox', 'outsideMailbox', 'authorizedDomains'] as const) : []),
    ...(acts ? (['breakGlassUsers'] as const) : []),
  ]
}

const KEPT = 'cordon.connect'

/** Keeps a draft over a reload of this tab, without what is secret in it. */
export function keepDraft(draft: ConnectDraft): void {
  const applications = draft.applications.map((each) => ({ ...each, credential: withoutSecret(each.credential) }))
  sessionStorage.setItem(KEPT, JSON.stringify({ ...draft, applications, feedForm: { ...draft.feedForm, secrets: {} } }))
}

function withoutSecret(credential: CredentialInput): CredentialInput {
  if (credential.kind === 'secret') return { kind: 'secret', secret: '' }
  return credential.kind === 'certificate' ? { ...credential, privateKeyPem: '' } : credential
}

/** The draft that this tab kept; undefined without one, or with one of another version of the console. */
export function keptDraft(): ConnectDraft | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? '{}') as Partial<ConnectDraft>
    return kept.feedForm?.tenant && kept.applications && kept.feeds ? (kept as ConnectDraft) : undefined
  } catch {
    return undefined
  }
}

export function forgetDraft(): void {
  sessionStorage.removeItem(KEPT)
}
