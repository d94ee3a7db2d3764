import { describe, expect, it } from 'vitest'

import { createMatcher } from '#detect/matcher.ts'
import { assembleRules } from '#detect/rule-set.ts'
import { normalizeRecord } from '#normalize/normalize-record.ts'

/** Whether a rule of `service` over `selection` matches a record. */
function matches(service: string, selection: string, record: object, dataset = 'o365.audit'): boolean {
  const product = ['auditlogs', 'signinlogs', 'riskdetection', 'activitylogs'].includes(service) ? 'azure' : 'm365'
  const text = `title: t\nlogsource: { product: ${product}, service: ${service} }\ndetection: { s: ${selection}, condition: s }`
  const { rules, problems } = assembleRules([{ file: 'r.yml', text }])
  expect(problems).toEqual([])
  const outcome = normalizeRecord(dataset, JSON.stringify(record))
  if (outcome.outcome !== 'kept') throw new Error(JSON.stringify(outcome))
  return createMatcher(rules).match(outcome).rules.length > 0
}

const ID = '00000000-0000-4000-8000-000000000001'
const audit = (fields: object) => ({
  Id: ID,
  CreationTime: '2026-11-20T08:00:00',
  UserId: 'ana@harbor.example',
  ...fields,
})
const graph = (fields: object) => ({ id: ID, activityDateTime: '2026-11-20T08:00:00Z', result: 'success', ...fields })
const signIn = (fields: object) => ({ id: ID, createdDateTime: '2026-11-20T08:00:00Z', ...fields })

describe('the audit log', () => {
  it('finds what lists of names and values hold by name, by value and by path', () => {
    const record = audit({
      RecordType: 1,
      Operation: 'New-InboxRule',
      Parameters: [{ Name: 'ForwardTo', Value: 'x@bad.example' }],
      ExtendedProperties: [{ Name: 'RequestType', Value: 'Cmsi:Cmsi' }],
      ModifiedProperties: [{ Name: 'Role.DisplayName', NewValue: '"Global Administrator"', OldValue: '"Reader"' }],
    })
    for (const selection of [
      '{ Parameters|contains: ForwardTo }',
      '{ Parameters|contains: bad.example }',
      '{ Parameters.ForwardTo|endswith: "@bad.example" }',
      '{ Parameters.Name: ForwardTo }',
      '{ parameters.value|contains: bad }',
      '{ RequestType: "Cmsi:Cmsi" }',
      '{ ModifiedProperties.Role.DisplayName: Global Administrator }',
      '{ ModifiedProperties.Role.DisplayName.OldValue: Reader }',
      '{ ModifiedProperties.NewValue|contains: Global }',
    ])
      expect([selection, matches('audit', selection, record)]).toEqual([selection, true])
    for (const selection of [
      '{ Parameters.ForwardTo: ForwardTo }',
      '{ ModifiedProperties.Role.DisplayName: Reader }',
      '{ ForwardTo.Name: x }',
    ])
      expect([selection, matches('audit', selection, record)]).toEqual([selection, false])
  })

  it('takes an operation with and without its full stop, its blank and its kind of dash', () => {
    const record = audit({ RecordType: 8, Operation: 'Update application – Certificates and secrets management ' })
    for (const operation of [
      'Update application – Certificates and secrets management',
      'Update application - Certificates and secrets management',
      'update application – certificates and secrets management ',
    ])
      expect(matches('audit', `{ Operation: "${operation}" }`, record)).toBe(true)
    expect(
      matches(
        'audit',
        '{ Operation: Disable Strong Authentication }',
        audit({ RecordType: 8, Operation: 'Disable Strong Authentication.' }),
      ),
    ).toBe(true)
  })

  it('takes an address without its port, under any of its names', () => {
    const record = audit({ RecordType: 1, Operation: 'x', ClientIP: '[2001:db8::7]:51422' })
    expect(matches('audit', '{ ClientIP|cidr: "2001:db8::/32" }', record)).toBe(true)
    expect(matches('audit', '{ ActorIpAddress: "2001:db8::7" }', record)).toBe(true)
  })

  it('knows an alert by its name, its source and its success in the words that rules inherited', () => {
    const record = audit({
      RecordType: 98,
      Workload: 'MCAS',
      Operation: 'AlertTriggered',
      Name: 'Impossible travel activity',
      AlertId: 'a',
    })
    const selection =
      '{ eventSource: SecurityComplianceCenter, eventName: Impossible travel activity, status: success }'
    expect(matches('threat_management', selection, record)).toBe(true)
    const graphAlert = {
      id: 'a',
      createdDateTime: '2026-11-20T08:00:00Z',
      title: 'Impossible travel activity',
      severity: 'medium',
    }
    expect(matches('threat_management', selection, graphAlert, 'm365_defender.alert')).toBe(true)
  })
})

describe('the directory', () => {
  const change = { displayName: 'UserType', oldValue: '["Guest"]', newValue: '["Member"]' }
  const fromGraph = graph({
    activityDisplayName: 'Update user',
    category: 'UserManagement',
    loggedByService: 'Core Directory',
    targetResources: [{ id: ID, type: 'User', modifiedProperties: [change] }],
  })
  const fromHub = {
    time: '2026-11-20T08:00:00Z',
    operationName: 'Update user',
    category: 'AuditLogs',
    properties: fromGraph,
  }

  it.each([
    [
      '{ OperationName: Update user, Category: UserManagement, LoggedByService: Core Directory, Status: Success }',
      true,
    ],
    ['{ properties.message: Update user }', true],
    [
      String.raw`{ properties.message: '"displayName":"UserType","oldValue":"[\"Guest\"]","newValue":"[\"Member\"]"' }`,
      true,
    ],
    ['{ TargetResources.ModifiedProperties.DisplayName: usertype }', true],
    ['{ TargetResources.modifiedProperties.NewValue|contains: Member }', true],
    ['{ properties.targetResources|contains: Member }', true],
    ['{ Status: failure }', false],
    ['{ TargetResources.modifiedProperties.NewValue|contains: Guest }', false],
  ])('is read alike from Graph and through an Event Hub: %s', (selection, expected) => {
    expect(matches('auditlogs', selection, fromGraph, 'azure.auditlogs')).toBe(expected)
    expect(matches('auditlogs', selection, fromHub, 'azure.auditlogs')).toBe(expected)
  })

  it('is read from the audit log as well, and nothing else of it', () => {
    const consent = {
      Operation: 'Consent to application.',
      ResultStatus: 'Success',
      ModifiedProperties: [{ Name: 'ConsentContext.IsAdminConsent', NewValue: '"False"', OldValue: '' }],
    }
    const selection = '{ OperationName: Consent to application, ConsentContext.IsAdminConsent: "false" }'
    expect(
      matches('auditlogs', selection, audit({ RecordType: 8, Workload: 'AzureActiveDirectory', ...consent })),
    ).toBe(true)
    expect(matches('auditlogs', selection, audit({ RecordType: 1, Workload: 'Exchange', ...consent }))).toBe(false)
  })
})

describe('sign-ins', () => {
  it.each([
    ['{ ResultType: 500121, Status|contains: MFA Denied }', true],
    ['{ ResultDescription|contains: Authentication failed during strong authentication request }', true],
    ['{ Status: Success }', false],
    ['{ properties.message: Device Code }', true],
    ['{ ClientApp: Other client }', true],
    ['{ location: NL, DeviceDetail.trusttype: "", NetworkLocationDetails: "[]" }', true],
  ])('are read in the words of public rules: %s', (selection, expected) => {
    const record = signIn({
      status: {
        errorCode: 500121,
        failureReason: 'Authentication failed during strong authentication request.',
        additionalDetails: 'MFA denied; user declined the authentication',
      },
      authenticationProtocol: 'deviceCode',
      clientAppUsed: 'Other clients',
      location: { countryOrRegion: 'NL' },
      deviceDetail: { trustType: '' },
      networkLocationDetails: [],
    })
    expect(matches('signinlogs', selection, record, 'azure.signinlogs')).toBe(expected)
  })

  it('are read from the audit log as well', () => {
    const record = audit({
      RecordType: 15,
      Workload: 'AzureActiveDirectory',
      Operation: 'UserLoginFailed',
      ErrorNumber: '50126',
      LogonError: 'InvalidUserNameOrPassword',
    })
    expect(matches('signinlogs', '{ ResultType: 50126, UserPrincipalName: Ana@harbor.example }', record)).toBe(true)
    expect(matches('signinlogs', '{ ResultType: 0 }', record)).toBe(false)
  })
})
