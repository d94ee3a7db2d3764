import type { EcsDocument } from '@cordon/api'
import { expect, it } from 'vitest'

import { applicationsOf, programsOf } from './applications.ts'

const ID = '77aa0f1a-4f57-4d63-8f6c-3e8f0b1d2a77'
const APP_ID = '0c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5'
const event = (fields: object): EcsDocument => ({
  '@timestamp': '2026-11-20T12:00:00.000Z',
  message: 'Something happened.',
  event: { id: '1', dataset: 'any' },
  ...fields,
})
const party = (fields: object) => applicationsOf(event(fields))

it('finds the application that somebody consented to, in either log of the directory', () => {
  const Target = [
    { ID: `ServicePrincipal_${ID}`, Type: 2 },
    { ID, Type: 2 },
    { ID: 'Mail Backup Pro', Type: 1 },
  ]
  expect(party({ o365: { audit: { Target } } })).toEqual([
    { id: ID, name: 'Mail Backup Pro', fields: ['o365.audit.Target.ID'] },
  ])
  const targetResources = [
    { id: 'a', type: 'User', displayName: 'Ana' },
    { id: ID, type: 'ServicePrincipal', displayName: 'Mail Backup Pro' },
  ]
  expect(party({ azure: { auditlogs: { properties: { targetResources } } } })).toEqual([
    { id: ID, name: 'Mail Backup Pro', fields: ['azure.auditlogs.properties.targetResources.id'] },
  ])
})

it('finds the application that acted itself, under the id of its service principal', () => {
  const signIn = {
    servicePrincipalId: ID,
    appId: APP_ID,
    appDisplayName: 'Nightly Archive',
    servicePrincipalName: null,
  }
  expect(party({ azure: { signinlogs: { properties: signIn } } })).toMatchObject([{ id: ID, name: 'Nightly Archive' }])
  const app = { servicePrincipalId: ID, displayName: 'Nightly Archive' }
  expect(party({ azure: { auditlogs: { properties: { initiatedBy: { app } } } } })).toMatchObject([
    { id: ID, name: 'Nightly Archive' },
  ])
})

it('finds what Defender raises an alert about, and leaves the numbers of Cloud Apps alone', () => {
  const evidence = [
    { '@odata.type': '#microsoft.graph.security.oauthApplicationEvidence', appId: APP_ID, displayName: 'PDF Helper' },
    { '@odata.type': '#microsoft.graph.security.cloudApplicationEvidence', appId: 11161, displayName: 'Microsoft 365' },
  ]
  expect(party({ m365_defender: { alert: { evidence } } })).toEqual([
    { id: APP_ID, name: 'PDF Helper', fields: ['m365_defender.alert.evidence.appId'] },
  ])
})

it('tells the program in the hands of a person from an application that acts', () => {
  const read = event({ o365: { audit: { ClientAppId: APP_ID, AppId: APP_ID.toUpperCase() } } })
  expect(applicationsOf(read)).toEqual([])
  const [program, ...others] = programsOf(read)
  expect(program).toMatchObject({ id: APP_ID, name: APP_ID })
  expect(others).toEqual([])
})
