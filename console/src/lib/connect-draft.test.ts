import type { CloudList, FeedChoice } from '@cordon/api'
import { describe, expect, it } from 'vitest'

import {
  asksFor,
  changeOf,
  createRequests,
  feedFormOf,
  NEW_APPLICATION,
  newDraft,
  planRequest,
  type ConnectDraft,
} from './connect-draft.ts'

const feed = (id: string, more: Partial<FeedChoice> = {}): FeedChoice => ({
  id,
  title: id,
  api: 'Microsoft Graph',
  dataset: 'o365.audit',
  lateness: '',
  isDefault: false,
  permissions: [],
  requirements: [],
  notOffered: [],
  ...more,
})
const DAYS = { properties: { lookbackDays: { type: 'integer', default: 30 } } }
const choices: CloudList = {
  clouds: [
    { name: 'worldwide', title: 'Worldwide', cloudAppsHosts: [] },
    { name: 'china', title: 'China', cloudAppsHosts: [] },
  ],
  feeds: [
    feed('audit', { isDefault: true }),
    feed('quarantine', {
      permissions: [{ resource: 'Exchange', permission: 'Exchange.ManageAsApp', why: '' }],
      notOffered: [{ cloud: 'china', why: 'Microsoft does not offer it there.' }],
    }),
    feed('graph.alerts', { options: DAYS }),
  ],
  actions: [],
}
const ID = '8d3f5c1e-0000-4000-8000-000000000001'
const draft = (changes: Partial<ConnectDraft> = {}): ConnectDraft => ({
  ...newDraft(choices),
  name: ' Contoso ',
  directoryId: ID,
  ...changes,
})

describe('a draft of a connection', () => {
  it('begins with the audit log and the search of mail, and with nothing that changes anything', () => {
    expect(newDraft(choices)).toMatchObject({ cloud: 'worldwide', feeds: ['audit'], investigate: true, actions: [] })
  })

  it('asks the planner with IDs only once they are whole', () => {
    const { applications: _, ...half } = draft({ directoryId: ID.slice(0, 10) })
    expect(planRequest({ ...half, applications: [] })).not.toHaveProperty('directoryId')
    const whole = draft({ applications: [{ ...NEW_APPLICATION, clientId: ` ${ID} ` }] })
    expect(planRequest(whole)).toMatchObject({ directoryId: ID, clientId: ID })
    expect(planRequest({ ...whole, separate: true })).not.toHaveProperty('clientId')
  })

  it('becomes one request a registration; feeds belong to the one that collects', () => {
    const requests = createRequests(
      draft({
        feeds: ['audit', 'graph.alerts'],
        applications: [
          { clientId: ID, credential: { kind: 'secret', secret: 's' }, secretExpiresOn: '2027-05-31' },
          { ...NEW_APPLICATION, clientId: ID },
        ],
      }),
      [{ uses: ['collect'] }, { uses: ['investigate'] }],
      choices,
    )
    expect(requests.map(({ name, feeds }) => [name, feeds])).toEqual([
      ['Contoso, collect', ['audit', 'graph.alerts']],
      ['Contoso, investigate', []],
    ])
    expect(requests[0]!.settings).toEqual({ uses: ['collect'], secretExpiresAt: '2027-05-31T23:59:59Z' })
  })

  it('leaves out what the cloud does not offer and settings that are the defaults', () => {
    const form = { ...draft().feedForm, options: { 'graph.alerts': { lookbackDays: 30 }, audit: { unknown: 1 } } }
    const [request] = createRequests(
      draft({ cloud: 'china', feeds: ['audit', 'quarantine', 'graph.alerts'], feedForm: form }),
      [{ uses: ['collect'] }],
      choices,
    )
    expect(request!.feeds).toEqual(['audit', 'graph.alerts'])
    expect(request!.settings?.feedOptions).toEqual({ audit: { unknown: 1 } })
  })

  it('asks for the organization only where something speaks to Exchange’s admin API', () => {
    const asked = (feeds: string[], touchesMail = false) => asksFor({ feeds, actions: [], touchesMail }, choices)
    expect(asked(['audit'])).toEqual([])
    expect(asked(['quarantine'])).toEqual(['organization'])
    expect(asked(['azure.activity', 'cloud-apps.alerts'], true)).toEqual([
      'cloudAppsUrl',
      'subscriptionIds',
      'testMailbox',
      'outsideMailbox',
      'authorizedDomains',
    ])
  })

  it('asks for break-glass accounts where something acts', () => {
    const asked = asksFor({ feeds: [], actions: ['disable-user'], touchesMail: false }, choices)
    expect(asked).toEqual(['breakGlassUsers'])
  })
})

describe('a change of a connection', () => {
  const before = {
    organization: 'contoso.example',
    subscriptionIds: [ID],
    feedOptions: { 'graph.alerts': { lookbackDays: 7 } },
  }

  it('says nothing new where nothing was changed', () => {
    const form = feedFormOf({ settings: before })
    expect(changeOf(form, ['graph.alerts'], choices, before)).toEqual({ settings: before, feedSecrets: {} })
  })

  it('takes away what was emptied, and the settings of a feed that went back to its defaults', () => {
    const form = feedFormOf({ settings: before })
    const emptied = {
      options: { 'graph.alerts': { lookbackDays: '' } },
      secrets: { 'graph.alerts': 'new', gone: 'x' },
      tenant: { ...form.tenant, organization: '', subscriptionIds: [] },
    }
    expect(changeOf(emptied, ['graph.alerts'], choices, before)).toEqual({
      settings: { organization: null, subscriptionIds: null, feedOptions: { 'graph.alerts': null } },
      feedSecrets: { 'graph.alerts': 'new' },
    })
  })
})
