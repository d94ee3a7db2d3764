import { headersOf, mimeOf } from '#world/mail/mime.ts'
import { htmlOf } from '#world/mail/html.ts'
import { itemOfQuarantined, quarantinedMessages, releaseStatusAt } from '#world/mail/quarantine.ts'
import { isAmong, leaveRecord, release } from '#world/exchange/quarantine-actions.ts'
import { quarantined } from '#world/exchange/quarantine-list.ts'
import { sizeOfItem } from '#world/mail/item.ts'
import { zip } from '#world/mail/files.ts'
import { NOTHING } from '#services/exchange-admin/cmdlet.ts'
import { NotBuilt, notFound, refusedBecause } from '#services/exchange-admin/errors.ts'
import { flag, moment, number, oneOf, someOf, text, texts, words } from '#services/exchange-admin/parameters.ts'
import { int32, offsetMoment } from '#services/exchange-admin/wire.ts'
import type { Cmdlet, Invocation, Result } from '#services/exchange-admin/cmdlet.ts'
import type { QuarantinedMessage, QuarantineType } from '#world/mail/quarantine.ts'
import type { QuarantineAction } from '#world/exchange/quarantine-actions.ts'
import type { Row } from '#services/exchange-admin/wire.ts'

import { allowSender } from './allow-block-list.ts'

/** Mail that filtering held back: list, look, export, release, delete. */

const NAMESPACE = 'Microsoft.Exchange.Management.FfoQuarantine'
const TYPES = someOf(
  `${NAMESPACE}.QuarantineMessageTypeEnum`,
  ...words(`
    Spam TransportRule Bulk Phish HighConfPhish Malware SPOMalware DataLossPrevention FileTypeBlock
    AdminTriggered PPI
  `),
)
const RELEASE_STATUS = someOf(
  `${NAMESPACE}.ReleaseStatus`,
  ...words('Approved Denied Error NotReleased PreparingToRelease Released Requested'),
)
const POLICY_TYPES = someOf(
  `${NAMESPACE}.QuarantinePolicyTypeEnum`,
  ...words(`
    AntiMalwarePolicy AntiPhishPolicy ExchangeTransportRule HostedContentFilterPolicy SafeAttachmentPolicy
    DataLossPreventionRule
  `),
)
const ENTITY_TYPE = oneOf(`${NAMESPACE}.EntityType`, 'Email', 'SharePointOnline', 'Teams', 'DataLossPrevention')
const DIRECTION = oneOf(`${NAMESPACE}.QuarantineMessageDirectionEnum`, 'Inbound', 'Outbound')
const ACTION_TYPE = oneOf(`${NAMESPACE}.QuarantineActionType`, 'Approve', 'Deny', 'Release', 'Request')

const DAY = 86_400_000
const DEFAULT_DAYS = 16
const WORDS: Record<QuarantineType, string> = {
  Spam: 'Spam',
  Bulk: 'Bulk',
  Phish: 'Phish',
  HighConfPhish: 'High Confidence Phish',
  Malware: 'Malware',
}

export const quarantineCmdlets: readonly Cmdlet[] = [
  {
    name: 'Get-QuarantineMessage',
    area: 'quarantine',
    parameters: {
      Identity: text,
      MessageId: text,
      SenderAddress: texts,
      RecipientAddress: texts,
      Subject: text,
      Domain: texts,
      StartReceivedDate: moment,
      EndReceivedDate: moment,
      StartExpiresDate: moment,
      EndExpiresDate: moment,
      Type: oneOf(`${NAMESPACE}.QuarantineMessageTypeEnum`, ...TYPES_OF(TYPES)),
      QuarantineTypes: TYPES,
      PolicyTypes: POLICY_TYPES,
      PolicyName: text,
      ReleaseStatus: RELEASE_STATUS,
      Direction: DIRECTION,
      EntityType: ENTITY_TYPE,
      Reported: flag,
      MyItems: flag,
      Page: number,
      PageSize: number,
    },
    run: list,
  },
  {
    name: 'Get-QuarantineMessageHeader',
    area: 'quarantine',
    parameters: { Identity: text, EntityType: ENTITY_TYPE, RecipientAddress: text },
    mandatory: ['Identity'],
    run: (call) =>
      looked(call, 'ViewHeader', (message) => ({
        Identity: message.identity,
        Organization: call.tenant.world.tenantId,
        Header: headersOf(itemOfQuarantined(message))
          .map(([name, value]) => `${name}: ${value}`)
          .join('\r\n'),
      })),
  },
  {
    name: 'Preview-QuarantineMessage',
    area: 'quarantine',
    parameters: { Identity: text, EntityType: ENTITY_TYPE, RecipientAddress: text },
    mandatory: ['Identity'],
    run: (call) => looked(call, 'Preview', (message) => preview(call, message)),
  },
  {
    name: 'Export-QuarantineMessage',
    area: 'quarantine',
    parameters: {
      Identity: text,
      Identities: texts,
      CompressOutput: flag,
      EntityType: ENTITY_TYPE,
      ForceConversionToMime: flag,
      PasswordV2: text,
      ReasonForExport: text,
      RecipientAddress: text,
    },
    run: exportThem,
  },
  {
    name: 'Release-QuarantineMessage',
    area: 'quarantine',
    parameters: {
      Identity: text,
      Identities: texts,
      User: texts,
      ReleaseToAll: flag,
      ActionType: ACTION_TYPE,
      AllowSender: flag,
      EntityType: ENTITY_TYPE,
      Force: flag,
      ReportFalsePositive: flag,
    },
    run: releaseThem,
  },
  {
    name: 'Delete-QuarantineMessage',
    area: 'quarantine',
    parameters: {
      Identity: text,
      Identities: texts,
      EntityType: ENTITY_TYPE,
      HardDelete: flag,
      RecipientAddress: text,
    },
    run: (call) => {
      for (const message of named(call)) {
        leaveRecord(call.tenant, message, 'Delete', call.appId)
        call.tenant.objects(quarantinedMessages).remove(message.identity)
      }
      return NOTHING
    },
  },
]

function TYPES_OF(type: typeof TYPES): readonly string[] {
  return 'members' in type ? type.members : []
}

/** `-Page`, `-PageSize`: no total is told; a page that is short is the last one, and a size of 0 gives none. */
async function list(call: Invocation): Promise<Result> {
  const { given, tenant } = call
  const identity = given.text('Identity')
  if (identity !== undefined) return { rows: [row(call, find(call, identity))] }
  const [page, size] = [given.number('Page') ?? 1, given.number('PageSize') ?? 100]
  if (page < 1 || page > 1000) throw refusedBecause('The Page parameter must be between 1 and 1000.')
  if (size < 0 || size > 1001) throw refusedBecause('The PageSize parameter must be between 1 and 1000.')
  const recipients = given.texts('RecipientAddress')
  const held = await quarantined(tenant, {
    from: given.number('StartReceivedDate') ?? tenant.now - DEFAULT_DAYS * DAY,
    to: given.number('EndReceivedDate') ?? tenant.now,
    ...(recipients ? { recipients } : {}),
  })
  const found = held
    .filter((message) => matches(call, message))
    .drop((page - 1) * size)
    .take(size)
  return { rows: [...found].map((message) => row(call, message)) }
}

function matches({ given, tenant }: Invocation, message: QuarantinedMessage): boolean {
  const one = (name: string, value: string) => {
    const wanted = given.texts(name)
    return !wanted || wanted.some((each) => each.toLowerCase() === value.toLowerCase())
  }
  const same = (name: string, value: string) => (given.text(name) ?? value).toLowerCase() === value.toLowerCase()
  const expires = message.expiresAt
  return (
    one('SenderAddress', message.from.address) &&
    one('Domain', message.from.address.split('@')[1] ?? '') &&
    one('QuarantineTypes', message.type) &&
    one('ReleaseStatus', releaseStatusAt(message, tenant.now)) &&
    one('PolicyTypes', policyTypeOf(message)) &&
    same('Type', message.type) &&
    same('PolicyName', message.policyName) &&
    same('MessageId', message.internetMessageId) &&
    same('Direction', 'Inbound') &&
    same('EntityType', 'Email') &&
    message.subject.toLowerCase().includes((given.text('Subject') ?? '').toLowerCase()) &&
    (given.flag('Reported') ?? message.reported) === message.reported &&
    // An application has no mail of its own.
    given.flag('MyItems') !== true &&
    expires >= (given.number('StartExpiresDate') ?? tenant.now) &&
    expires <= (given.number('EndExpiresDate') ?? Infinity)
  )
}

const policyTypeOf = ({ policyType }: QuarantinedMessage) =>
  policyType === 'AntiSpamPolicy' ? 'HostedContentFilterPolicy' : policyType

function row({ tenant }: Invocation, message: QuarantinedMessage): Row {
  const status = releaseStatusAt(message, tenant.now)
  // Until a release has come to its end nobody has got it.
  const releasedTo = status === 'PREPARINGTORELEASE' ? [] : message.releasedTo
  return {
    Identity: message.identity,
    ReceivedTime: offsetMoment(message.receivedAt),
    Organization: tenant.world.tenantId,
    MessageId: message.internetMessageId,
    SenderAddress: message.from.address,
    RecipientAddress: [message.recipient],
    Subject: message.subject,
    Size: int32(sizeOfItem(itemOfQuarantined(message))),
    Type: WORDS[message.type],
    PolicyType: policyTypeOf(message),
    PolicyName: message.policyName,
    TagName: message.type === 'Spam' || message.type === 'Bulk' ? 'DefaultFullAccessPolicy' : 'AdminOnlyAccessPolicy',
    PermissionToBlockSender: false,
    PermissionToDelete: true,
    PermissionToPreview: true,
    PermissionToRelease: true,
    PermissionToRequestRelease: false,
    PermissionToViewHeader: false,
    PermissionToDownload: true,
    PermissionToAllowSender: true,
    Released: status === 'RELEASED',
    ReleaseStatus: status,
    SystemReleased: false,
    RecipientCount: int32(1),
    QuarantineTypes: message.type,
    Expires: offsetMoment(message.expiresAt),
    RecipientTag: [''],
    DeletedForRecipients: [],
    QuarantinedUser: isAmong(releasedTo, message.recipient) ? [] : [message.recipient],
    ReleasedUser: releasedTo,
    Reported: message.reported,
    Direction: 'Inbound',
    CustomData: null,
    EntityType: 'Email',
    SourceId: '',
    TeamsConversationType: '',
    ApprovalUPN: '',
    ApprovalId: '',
    MoveToQuarantineAdminActionTakenBy: '',
    MoveToQuarantineApprovalId: '',
    OverrideReasonIntValue: int32(0),
    OverrideReason: 'None',
    ReleasedCount: int32(releasedTo.length),
    ReleasedBy: [],
  }
}

/** By identity, `<network message id>\<guid>`. @throws ExchangeError where it is not there, or no longer. */
function find({ tenant }: Invocation, identity: string): QuarantinedMessage {
  const message = tenant.objects(quarantinedMessages).find(identity)
  if (!message || message.expiresAt <= tenant.now || message.receivedAt > tenant.now) throw notFound(identity)
  return message
}

/** Those of `Identities`; without, the one of `Identity`. All are looked up before anything is done to one. */
function named(call: Invocation): QuarantinedMessage[] {
  const identities = call.given.texts('Identities') ?? [call.given.text('Identity') ?? '']
  if (identities.every((each) => each === '')) throw refusedBecause('Specify Identity or Identities.')
  return [...new Set(identities)].map((identity) => find(call, identity))
}

function looked(call: Invocation, action: QuarantineAction, show: (message: QuarantinedMessage) => Row): Result {
  const message = find(call, call.given.text('Identity')!)
  leaveRecord(call.tenant, message, action, call.appId)
  return { rows: [show(message)] }
}

function preview({ tenant }: Invocation, message: QuarantinedMessage): Row {
  const item = itemOfQuarantined(message)
  return {
    Identity: message.identity,
    Organization: tenant.world.tenantId,
    ReceivedTime: offsetMoment(message.receivedAt),
    SenderAddress: message.from.address,
    RecipientAddress: [message.recipient],
    Cc: item.cc.map(({ address }) => address),
    Subject: message.subject,
    Body: htmlOf(item),
    IsHtml: true,
    Attachment: message.attachments.map(({ name }) => name),
  }
}

function exportThem(call: Invocation): Result {
  if (call.given.has('PasswordV2')) throw new NotBuilt('Export-QuarantineMessage with a password')
  const messages = named(call)
  return {
    rows: messages.map((message) => {
      leaveRecord(call.tenant, message, 'Export', call.appId)
      const eml = mimeOf(itemOfQuarantined(message))
      const file = call.given.flag('CompressOutput') ? zip([[`${message.networkMessageId}.eml`, eml]]) : eml
      return {
        Eml: file.toString('base64'),
        BodyEncoding: 'Base64',
        Identity: message.identity,
        Organization: call.tenant.world.tenantId,
      }
    }),
  }
}

function releaseThem(call: Invocation): Result {
  const { given, tenant, appId } = call
  const action = given.text('ActionType') ?? 'Release'
  const users = given.texts('User')
  const messages = named(call)
  if (action === 'Deny' || action === 'Request') {
    for (const message of messages) {
      tenant
        .objects(quarantinedMessages)
        .put(message.identity, { ...message, releaseStatus: action === 'Deny' ? 'DENIED' : 'REQUESTED' })
      if (action === 'Request') leaveRecord(tenant, message, 'ReleaseRequest', appId)
    }
    return NOTHING
  }
  if (!users && !given.flag('ReleaseToAll') && action !== 'Approve')
    throw refusedBecause('You must specify either the User parameter or the ReleaseToAll parameter.')
  const stranger = users?.find((user) => !tenant.world.directory.find(user))
  if (stranger !== undefined) throw refusedBecause(`The user '${stranger}' is not in the organization.`)
  const usersOf = ({ recipient, releasedTo }: QuarantinedMessage) =>
    (users ?? [recipient]).filter((user) => given.flag('Force') || !isAmong(releasedTo, user))
  const done = messages.find((message) => usersOf(message).length === 0)
  if (done) throw refusedBecause(`The message '${done.identity}' has already been released to its recipients.`)
  for (const message of messages) {
    const reported = message.reported || given.flag('ReportFalsePositive') === true
    release(tenant, { ...message, reported }, usersOf(message), appId)
    if (given.flag('AllowSender')) allowSender(call, message.from.address)
  }
  return NOTHING
}
