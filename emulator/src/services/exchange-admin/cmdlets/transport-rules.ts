import { transportRules } from '#world/exchange/transport-rules.ts'
import { NOTHING, paged } from '#services/exchange-admin/cmdlet.ts'
import { guid, int32, moment } from '#services/exchange-admin/wire.ts'
import { notFound } from '#services/exchange-admin/errors.ts'
import { oneOf, size, text } from '#services/exchange-admin/parameters.ts'
import type { Cmdlet, Invocation, Result } from '#services/exchange-admin/cmdlet.ts'
import type { Row } from '#services/exchange-admin/wire.ts'
import type { TransportRule } from '#world/exchange/transport-rules.ts'

/** Mail flow rules, which name their conditions and actions by .NET classes. */

const STATE = oneOf('Microsoft.Exchange.MessagingPolicies.Rules.RuleState', 'Enabled', 'Disabled')
const PREDICATES = 'Microsoft.Exchange.MessagingPolicies.Rules.Tasks'

export const transportRuleCmdlets: readonly Cmdlet[] = [
  {
    name: 'Get-TransportRule',
    area: 'mail flow',
    parameters: { Identity: text, State: STATE, ResultSize: size },
    notBuilt: ['Filter', 'DlpPolicy', 'ExcludeConditionActionDetails'],
    run: (call) => {
      const { given, tenant } = call
      const rules =
        given.text('Identity') === undefined
          ? [...tenant.objects(transportRules).all()].sort((a, b) => a.priority - b.priority)
          : [named(call)]
      return paged(
        rules.map(row).filter((each) => (given.text('State') ?? each['State']) === each['State']),
        call,
      )
    },
  },
  {
    name: 'Enable-TransportRule',
    area: 'mail flow',
    parameters: { Identity: text },
    mandatory: ['Identity'],
    run: (call) => enable(call, true),
  },
  {
    name: 'Disable-TransportRule',
    area: 'mail flow',
    parameters: { Identity: text },
    mandatory: ['Identity'],
    run: (call) => enable(call, false),
  },
  {
    name: 'Remove-TransportRule',
    area: 'mail flow',
    parameters: { Identity: text },
    mandatory: ['Identity'],
    run: (call) => {
      call.tenant.objects(transportRules).remove(named(call).guid)
      return NOTHING
    },
  },
]

function named({ given, tenant }: Invocation): TransportRule {
  const identity = given.text('Identity')!
  const rule = [...tenant.objects(transportRules).all()].find(
    (each) => each.guid === identity.toLowerCase() || each.name.toLowerCase() === identity.toLowerCase(),
  )
  if (!rule) throw notFound(identity)
  return rule
}

function enable(call: Invocation, isEnabled: boolean): Result {
  const rule = named(call)
  call.tenant.objects(transportRules).put(rule.guid, { ...rule, isEnabled, changedAt: call.tenant.now })
  return NOTHING
}

function row(rule: TransportRule): Row {
  const conditions = [
    rule.fromScope ? `${PREDICATES}.FromScopePredicate` : '',
    rule.subjectContains.length > 0 ? `${PREDICATES}.SubjectContainsPredicate` : '',
    rule.attachmentExtensions.length > 0 ? `${PREDICATES}.AttachmentExtensionMatchesWordsPredicate` : '',
  ].filter(Boolean)
  const actions = [
    rule.quarantine ? `${PREDICATES}.QuarantineAction` : '',
    rule.blindCopyTo.length > 0 ? `${PREDICATES}.BlindCopyToAction` : '',
    rule.redirectMessageTo.length > 0 ? `${PREDICATES}.RedirectMessageAction` : '',
    rule.prependSubject ? `${PREDICATES}.PrependSubjectAction` : '',
  ].filter(Boolean)
  return {
    Priority: int32(rule.priority),
    Name: rule.name,
    Identity: rule.name,
    Guid: guid(rule.guid),
    ImmutableId: guid(rule.guid),
    State: rule.isEnabled ? 'Enabled' : 'Disabled',
    Mode: 'Enforce',
    Comments: rule.comments,
    Conditions: conditions,
    Exceptions: [],
    Actions: actions,
    FromScope: rule.fromScope,
    SentToScope: null,
    SubjectContainsWords: rule.subjectContains,
    AttachmentExtensionMatchesWords: rule.attachmentExtensions,
    BlindCopyTo: rule.blindCopyTo,
    CopyTo: [],
    AddToRecipients: [],
    RedirectMessageTo: rule.redirectMessageTo,
    PrependSubject: rule.prependSubject,
    Quarantine: rule.quarantine,
    DeleteMessage: false,
    StopRuleProcessing: false,
    RuleErrorAction: 'Ignore',
    SenderAddressLocation: 'Header',
    WhenChanged: moment(rule.changedAt),
    IsValid: true,
    ObjectState: 'Unchanged',
  }
}
