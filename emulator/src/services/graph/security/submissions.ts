import { createHash } from 'node:crypto'

import PostalMime from 'postal-mime'

import { NEWSLETTERS, PARTNERS } from '#world/names.ts'
import { shownMember } from '#services/graph/odata/evolvable.ts'
import { badRequest, notImplemented } from '#services/graph/errors.ts'
import { readJson } from '#services/graph/json.ts'
import { statusOf, submissions } from '#world/security/submissions.ts'
import { threatsOf } from '#world/mail/authentication.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Category, Submission, SubmissionResult, SubmittedEmail } from '#world/security/submissions.ts'
import type { Fields } from '#services/graph/odata/filter.ts'
import type { Item } from '#world/mail/item.ts'
import type { Reply } from '#http/exchange.ts'

import { alertStates } from './alert-state.ts'
import { commenter } from './alerts.ts'
import { domainOf } from './mail-events.ts'
import { entity, listPage, moment, noResource } from './listing.ts'
import { submissionResultCategory } from './evolvable.ts'
import { memberOf, text } from './judgement.ts'
import type { Listing } from './listing.ts'

/** Threat submissions, of beta only: messages, links and files that Microsoft is asked to look at, and what it said. */

const READ = ['ThreatSubmission.Read.All', 'ThreatSubmission.ReadWrite.All']
const WRITE = ['ThreatSubmission.ReadWrite.All']
const CATEGORIES = ['notJunk', 'spam', 'phishing', 'malware'] as const

const KINDS = { emailThreats: 'email', urlThreats: 'url', fileThreats: 'file' } as const
type Kind = Submission['kind']

export const submissionRoutes: readonly Route[] = Object.entries(KINDS).flatMap(([set, kind]): Route[] => {
  const pattern = `/security/threatSubmission/${set}`
  const type = `microsoft.graph.security.${kind}ThreatSubmission`
  return [
    {
      method: 'GET',
      pattern,
      roles: READ,
      returns: `Collection(${type})`,
      handle: (call) => listSubmissions(call, set, kind),
    },
    {
      method: 'GET',
      pattern: `${pattern}/:submission`,
      roles: READ,
      returns: type,
      handle: (call) => getSubmission(call, set, kind),
    },
    { method: 'POST', pattern, roles: WRITE, returns: type, handle: (call) => submit(call, set, kind) },
  ]
})

/** v1.0 has no such thing. */
function requireBeta(call: Call): void {
  if (!call.root.endsWith('/beta')) throw badRequest("Resource not found for the segment 'threatSubmission'.")
}

const FIELDS: Fields = {
  id: 'string',
  category: 'string',
  status: 'string',
  source: 'string',
  createdDateTime: 'date',
  internetMessageId: 'string',
  sender: 'string',
  senderIP: 'string',
  subject: 'string',
  recipientEmailAddress: 'string',
  receivedDateTime: 'date',
}

const COMMON = ['id', 'createdDateTime', 'contentType', 'category', 'status', 'source', 'createdBy', 'result'].concat([
  'adminReview',
  'tenantId',
  'clientSource',
])
const OWN: Record<Kind, readonly string[]> = {
  email: ['recipientEmailAddress', 'internetMessageId', 'subject', 'sender', 'senderIP', 'receivedDateTime'].concat([
    'originalCategory',
    'attackSimulationInfo',
    'tenantAllowOrBlockListAction',
  ]),
  url: ['webUrl'],
  file: ['fileName'],
}

const listing = (call: Call, set: string, kind: Kind): Listing<Submission> => ({
  path: `security/threatSubmission/${set}`,
  type: `microsoft.graph.security.${kind}ThreatSubmission`,
  fields: FIELDS,
  properties: [...COMMON, ...OWN[kind]],
  usualPage: 100,
  largestPage: 1000,
  pages: 'token',
  shape: (submission) => shape(call, submission),
})

function listSubmissions(call: Call, set: string, kind: Kind): Reply {
  requireBeta(call)
  const all = [...submissionsOf(call.tenant, kind)].sort((a, b) => b.createdAt - a.createdAt)
  return listPage(call, listing(call, set, kind), all)
}

function getSubmission(call: Call, set: string, kind: Kind): Reply {
  requireBeta(call)
  const id = call.params['submission']!
  const found = submissionsOf(call.tenant, kind).find((submission) => submission.id === id.toLowerCase())
  if (!found) throw noResource(id)
  return entity(call, listing(call, set, kind), shape(call, found))
}

/** Those of a kind, in no order: what users reported, and what was sent in. */
export function submissionsOf(tenant: Call['tenant'], kind: Kind): Submission[] {
  const made = [...tenant.objects(submissions).all()].filter((submission) => submission.kind === kind)
  return kind === 'email' ? [...reported(tenant), ...made] : made
}

/** What users reported: every alert about a report tells of one. */
function reported(tenant: Call['tenant']): Submission[] {
  return alertStates(tenant).flatMap(({ evidence, set }) =>
    evidence
      .filter((each) => each['@odata.type'] === '#microsoft.graph.security.submissionMailEvidence')
      .map((each): Submission => {
        const submitter = String(each['submitter'])
        const person = tenant.world.directory.find(submitter)
        const original = evidence.find((other) => other['networkMessageId'] === each['networkMessageId'])
        const receivedAt = Date.parse(String(original?.['receivedDateTime']))
        return {
          id: String(each['submissionId']),
          kind: 'email',
          type: '#microsoft.graph.security.emailThreatSubmission',
          createdAt: Date.parse(String(each['submissionDateTime'])),
          category: REPORTED[String(each['reportType'])] ?? 'phishing',
          source: 'user',
          createdBy: { identity: person?.id ?? '', displayName: person?.displayName ?? submitter, email: submitter },
          result: {
            ...NOTHING,
            category: set.classification === 'falsePositive' ? 'noThreatsFound' : 'threatsFound',
          },
          email: {
            recipientEmailAddress: String(each['recipient']),
            internetMessageId: (original?.['internetMessageId'] as string | undefined) ?? null,
            subject: String(each['subject']),
            sender: String(each['sender']),
            senderIP: each['senderIp'] as string | null,
            receivedAt: Number.isNaN(receivedAt) ? null : receivedAt,
            originalCategory: 'notJunk',
            tenantAllowOrBlockListAction: null,
          },
        }
      }),
  )
}

const REPORTED: Record<string, Category> = { Phish: 'phishing', Malware: 'malware', Junk: 'spam' }
const NOTHING = { category: 'unknown', detail: 'none', detectedUrls: [], detectedFiles: [] } satisfies SubmissionResult

async function submit(call: Call, set: string, kind: Kind): Promise<Reply> {
  requireBeta(call)
  const body = readJson(call.request)
  const category = memberOf(CATEGORIES)(body['category'], 'category') as Category
  const { tenant, appId } = call
  const name = commenter(call)
  const submission: Submission = {
    id: tenant.newId('threat submission'),
    kind,
    createdAt: tenant.now,
    category,
    source: 'administrator',
    createdBy: { identity: appId, displayName: name, email: null },
    ...(await CONTENTS[kind](call, body, category)),
  }
  tenant.objects(submissions).put(submission.id, submission)
  const reply = entity(call, listing(call, set, kind), shape(call, submission))
  return { ...reply, status: 201 }
}

type Content = Pick<Submission, 'type' | 'result' | 'email' | 'webUrl' | 'fileName'>
type ReadContent = (call: Call, body: Record<string, unknown>, category: Category) => Content | Promise<Content>

const CONTENTS: Record<Kind, ReadContent> = {
  email: (call, body, category) =>
    body['messageUrl'] === undefined ? emailContent(body, category) : emailByUrl(call, body, category),
  url: (_, body, category) => {
    const webUrl = String(text(body['webUrl'], 'webUrl'))
    if (!/^[a-z][a-z\d+.-]*:\/\/./i.test(webUrl)) throw badRequest(`Invalid value for property 'webUrl': ${webUrl}.`)
    return { type: typeOf('url'), webUrl, result: { ...NOTHING, category: verdict(category), detectedUrls: [webUrl] } }
  },
  file: (_, body, category) => {
    if (body['fileUrl'] !== undefined) throw notImplemented('submission of a file by its address')
    const [fileName, content] = [String(text(body['fileName'], 'fileName')), base64(body['fileContent'])]
    const fileHash = createHash('sha256').update(content).digest('hex')
    const detectedFiles = [{ fileName, fileHash }]
    return { type: typeOf('file'), fileName, result: { ...NOTHING, category: verdict(category), detectedFiles } }
  },
}

const typeOf = (name: string) => `#microsoft.graph.security.${name}ThreatSubmission`

/** What Microsoft says of a thing that nothing else is known of: as the submitter says. */
const verdict = (category: Category): string => (category === 'notJunk' ? 'noThreatsFound' : category)

function base64(value: unknown): Buffer {
  const content = String(text(value, 'fileContent'))
  if (content === '' || !/^[A-Za-z\d+/\s]+={0,2}\s*$/.test(content))
    throw badRequest("Invalid value for property 'fileContent': it is no base64.")
  return Buffer.from(content, 'base64')
}

/** A message of the company's own mailboxes. */
function emailByUrl({ tenant }: Call, body: Record<string, unknown>, category: Category): Content {
  const recipient = readRecipient(body)
  const url = String(text(body['messageUrl'], 'messageUrl'))
  const found = /\/users(?:\/|\(')([^/')]+)(?:'\))?\/messages(?:\/|\(')([^/')?]+)/i.exec(url)
  if (!found) throw badRequest("Invalid value for property 'messageUrl': it is no address of a message.")
  const person = tenant.world.directory.find(decoded(found[1]!))
  const message = person && tenant.mailbox(person)?.find(decoded(found[2]!))
  const type = typeOf('emailUrl')
  if (!message) return { type, email: emailOf(body, recipient), result: { ...NOTHING, detail: 'messageNotFound' } }
  const { item } = message
  return {
    type,
    email: {
      ...emailOf(body, recipient),
      internetMessageId: item.internetMessageId,
      subject: item.subject,
      sender: item.from.address,
      senderIP: item.senderIp,
      receivedAt: item.receivedAt,
      originalCategory: item.folder === 'junkemail' ? 'spam' : 'notJunk',
    },
    result: resultOf(tenant.world.domain, item, category),
  }
}

const decoded = (part: string) => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** A message that comes with the submission. */
async function emailContent(body: Record<string, unknown>, category: Category): Promise<Content> {
  const recipient = readRecipient(body)
  const parsed = await PostalMime.parse(base64(body['fileContent']))
  const date = Date.parse(parsed.date ?? '')
  return {
    type: typeOf('emailContent'),
    email: {
      ...emailOf(body, recipient),
      internetMessageId: parsed.messageId ?? null,
      subject: parsed.subject ?? null,
      sender: parsed.from?.address ?? null,
      receivedAt: Number.isNaN(date) ? null : date,
    },
    result: { ...NOTHING, category: verdict(category), detectedUrls: urlsIn(parsed.text ?? '') },
  }
}

const readRecipient = (body: Record<string, unknown>) =>
  String(text(body['recipientEmailAddress'], 'recipientEmailAddress'))

function emailOf(body: Record<string, unknown>, recipientEmailAddress: string): SubmittedEmail {
  const action = body['tenantAllowOrBlockListAction']
  return {
    recipientEmailAddress,
    internetMessageId: null,
    subject: null,
    sender: null,
    senderIP: null,
    receivedAt: null,
    originalCategory: 'notJunk',
    tenantAllowOrBlockListAction: typeof action === 'object' ? (action as Record<string, unknown> | null) : null,
  }
}

const urlsIn = (body: string) => [...new Set([...body.matchAll(/https?:\/\/[^\s<>"')\]]+/g)].map(([url]) => url))]

/** Mail of colleagues and partners is good, whoever says otherwise; what filtering took for a threat is one. */
function resultOf(domain: string, item: Item, category: Category): SubmissionResult {
  const sender = domainOf(item.from.address).toLowerCase()
  const known = [
    domain,
    ...PARTNERS.map((partner) => partner.domain),
    ...NEWSLETTERS.map(({ address }) => domainOf(address)),
  ]
  const [threat] = threatsOf(item)
  const found = threat ? { Spam: 'spam', Phish: 'phishing', Malware: 'malware' }[threat] : undefined
  return {
    category: found ?? (known.includes(sender) ? 'noThreatsFound' : verdict(category)),
    detail: 'none',
    detectedUrls: urlsIn(item.text),
    detectedFiles: item.attachments.map(({ name, content }) => ({
      fileName: name,
      fileHash: createHash('sha256').update(content).digest('hex'),
    })),
  }
}

function shape(call: Call, submission: Submission): Record<string, unknown> {
  const { kind, type, result, email, createdBy } = submission
  const status = statusOf(submission, call.tenant.now)
  const isDone = status === 'succeeded' || status === 'failed'
  return {
    '@odata.type': type,
    id: submission.id,
    createdDateTime: moment(submission.createdAt),
    contentType: kind,
    category: submission.category,
    status,
    source: submission.source,
    createdBy: { user: createdBy },
    result: isDone
      ? {
          ...result,
          category: shownMember(call, submissionResultCategory, result.category),
          userMailboxSetting: 'none',
        }
      : { detail: 'underInvestigation' },
    adminReview: null,
    tenantId: call.tenant.world.tenantId,
    clientSource: submission.source === 'user' ? 'microsoft' : 'other',
    ...(submission.webUrl === undefined ? {} : { webUrl: submission.webUrl }),
    ...(submission.fileName === undefined ? {} : { fileName: submission.fileName }),
    ...(email && shapeEmail(email)),
  }
}

const shapeEmail = ({ receivedAt, ...email }: SubmittedEmail) => ({
  ...email,
  receivedDateTime: receivedAt === null ? null : moment(receivedAt),
  attackSimulationInfo: null,
})
