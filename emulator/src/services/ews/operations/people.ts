import { aliasOf, findPerson } from '#services/exchange-admin/recipient.ts'
import { hasMailbox } from '#world/directory.ts'
import { inboxRules } from '#world/mail/rules.ts'
import type { InboxRule } from '#world/mail/rules.ts'
import type { MailAddress } from '#world/mail/item.ts'
import type { Person } from '#world/directory.ts'
import type { Reply } from '#http/exchange.ts'

import { ItemError, accessDenied, badSchema, bareReply, failure, responseReply, success } from '#services/ews/errors.ts'
import { folderId } from './find.ts'
import { leaf, tag, textOf } from '#services/ews/xml.ts'
import { ownMailbox } from '#services/ews/call.ts'
import type { EwsCall } from '#services/ews/call.ts'

/** ResolveNames, and GetInboxRules of the mailbox that is acted for. */

const MOST = 100

/** People whose name, alias or address begins with the text: at most a hundred. */
export function resolveNames(call: EwsCall): Reply {
  const { operation, tenant } = call
  const entry = textOf(operation, 'UnresolvedEntry')
  if (!entry) throw badSchema("The element 'UnresolvedEntry' is expected.")
  const wanted = entry.toLowerCase().replace(/^smtp:/, '')
  const exact = findPerson(tenant, wanted)
  const found = exact?.mail
    ? [exact]
    : [
        ...tenant.world.directory
          .all()
          .filter((person) => begins(person, wanted))
          .take(MOST + 1),
      ]
  if (found.length === 0)
    return responseReply('ResolveNames', [
      failure('ResolveNames', new ItemError('ErrorNameResolutionNoResults', 'No results were found.')),
    ])
  const shown = found.slice(0, MOST)
  const set = tag(
    'm:ResolutionSet',
    shown
      .map((person) =>
        tag(
          't:Resolution',
          tag(
            't:Mailbox',
            leaf('t:Name', person.displayName) +
              leaf('t:EmailAddress', person.mail!) +
              leaf('t:RoutingType', 'SMTP') +
              leaf('t:MailboxType', hasMailbox(person) ? 'Mailbox' : 'Contact'),
          ),
        ),
      )
      .join(''),
    { TotalItemsInView: shown.length, IncludesLastItemInRange: found.length <= MOST },
  )
  if (found.length === 1) return responseReply('ResolveNames', [success('ResolveNames', set)])
  const warning =
    leaf('m:MessageText', 'Multiple results were found.') +
    leaf('m:ResponseCode', 'ErrorNameResolutionMultipleResults') +
    leaf('m:DescriptiveLinkKey', 0) +
    set
  return responseReply('ResolveNames', [tag('m:ResolveNamesResponseMessage', warning, { ResponseClass: 'Warning' })])
}

const begins = (person: Person, wanted: string) =>
  person.mail !== null &&
  [person.displayName, person.surname ?? '', aliasOf(person), person.mail].some((name) =>
    name.toLowerCase().startsWith(wanted),
  )

/** Rules that are not hidden. */
export function getInboxRules(call: EwsCall): Reply {
  const mailbox = ownMailbox(call)
  const address = textOf(call.operation, 'MailboxSmtpAddress')
  if (address && findPerson(call.tenant, address) !== mailbox.person) throw accessDenied()
  const rules = [...call.tenant.objects(inboxRules).of(mailbox.person.id)].filter(({ isHidden }) => !isHidden)
  const all = rules.sort((a, b) => a.sequence - b.sequence).map((rule) => ruleXml(call, rule))
  return bareReply('GetInboxRules', leaf('m:OutlookRuleBlobExists', false) + tag('m:InboxRules', all.join('')))
}

const strings = (name: string, words: readonly string[] | undefined) =>
  words ? tag(name, words.map((each) => leaf('t:String', each)).join('')) : ''
const addresses = (name: string, people: readonly MailAddress[] | undefined) =>
  people
    ? tag(
        name,
        people
          .map((each) => tag('t:Address', leaf('t:Name', each.name) + leaf('t:EmailAddress', each.address)))
          .join(''),
      )
    : ''
const truth = (name: string, value: boolean | undefined) => (value ? leaf(name, true) : '')

function ruleXml(call: EwsCall, { id, displayName, sequence, isEnabled, conditions, actions }: InboxRule): string {
  const mailbox = ownMailbox(call)
  const folder = (name: string, key: string | undefined) => (key ? tag(name, folderId(mailbox, key)) : '')
  return tag(
    't:Rule',
    [
      leaf('t:RuleId', id),
      leaf('t:DisplayName', displayName),
      leaf('t:Priority', sequence),
      leaf('t:IsEnabled', isEnabled),
      tag(
        't:Conditions',
        [
          strings('t:ContainsBodyStrings', conditions.bodyContains),
          strings('t:ContainsSenderStrings', conditions.senderContains),
          strings('t:ContainsSubjectOrBodyStrings', conditions.bodyOrSubjectContains),
          strings('t:ContainsSubjectStrings', conditions.subjectContains),
          addresses('t:FromAddresses', conditions.fromAddresses),
          truth('t:HasAttachments', conditions.hasAttachments),
          truth('t:NotSentToMe', conditions.notSentToMe),
          truth('t:SentCcMe', conditions.sentCcMe),
          truth('t:SentToMe', conditions.sentToMe),
        ].join(''),
      ),
      tag('t:Exceptions', ''),
      tag(
        't:Actions',
        [
          strings('t:AssignCategories', actions.assignCategories),
          folder('t:CopyToFolder', actions.copyToFolder),
          truth('t:Delete', actions.delete),
          addresses('t:ForwardAsAttachmentToRecipients', actions.forwardAsAttachmentTo),
          addresses('t:ForwardToRecipients', actions.forwardTo),
          truth('t:MarkAsRead', actions.markAsRead),
          folder('t:MoveToFolder', actions.moveToFolder),
          truth('t:PermanentDelete', actions.permanentDelete),
          addresses('t:RedirectToRecipients', actions.redirectTo),
          truth('t:StopProcessingRules', actions.stopProcessingRules),
        ].join(''),
      ),
    ].join(''),
  )
}
