import type { EcsEvent } from '#domain/event.ts'
import type { Step } from '#normalize/normalizer.ts'
import type { ProductRecord } from '#normalize/product-record.ts'
import { isObject, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { quote, spaced, tell } from '#normalize/sentence.ts'
import { accountName, accountOf } from '#normalize/steps/account.ts'
import { gather } from '#normalize/steps/gather.ts'
import type { Gathered } from '#normalize/steps/gather.ts'
import { addMail } from '#normalize/steps/mail.ts'
import type { Outcome } from '#normalize/steps/outcome.ts'
import { addUrl } from '#normalize/defender/findings.ts'

/** Who asked Microsoft to look at what, as what, and what Microsoft said. The user is the one who reported. */
export const describeSubmission: Step<ProductRecord> = {
  name: 'submission',
  run({ fields: submission, mentioned }, event) {
    const fields = gather()
    addMail(fields, mentioned, {
      from: submission.sender,
      to: submission.recipientEmailAddress,
      subject: subjectOf(submission),
      internetMessageId: submission.internetMessageId,
      receivedAt: submission.receivedDateTime,
      senderIp: submission.senderIP ?? submission.senderIp,
    })
    addUrl({ fields }, submission.webUrl)
    fields.add('file.name', textOf(submission.fileName))
    addResult(fields, mentioned, submission.result)
    const reporter = reporterOf(submission)
    for (const [name, text] of Object.entries(reporter?.user ?? {})) fields.add(`user.${name}`, text)
    mentioned.users.push(...(reporter?.names ?? []))
    fields.add('event.action', isByUser(submission) ? 'UserSubmission' : 'AdminSubmission')
    fields.add('organization.id', textOf(submission.tenantId)?.toLowerCase())
    setMeaning(event, { category: [CATEGORIES[textOf(submission.contentType) ?? ''] ?? 'email'], type: ['info'] })
    event.event.outcome = OUTCOMES[textOf(submission.status)?.toLowerCase() ?? ''] ?? 'unknown'
    fields.write(event)
    setSentence(submission, reporter === undefined ? undefined : accountName(reporter), event)
  },
}

const CATEGORIES: Readonly<Record<string, 'email' | 'web' | 'file'>> = { email: 'email', url: 'web', file: 'file' }

/** Whether Microsoft looked: a submission that was skipped or is under way has no outcome yet. */
const OUTCOMES: Readonly<Record<string, Outcome>> = { succeeded: 'success', failed: 'failure' }

/** One documented sample says `emailSubject`. */
function subjectOf({ subject, emailSubject }: JsonObject): unknown {
  return subject ?? emailSubject
}

function isByUser({ source }: JsonObject): boolean {
  return textOf(source)?.toLowerCase() === 'user'
}

function reporterOf({ createdBy }: JsonObject) {
  const user = isObject(createdBy) && isObject(createdBy.user) ? createdBy.user : {}
  return accountOf({ objectId: user.id ?? user.identity, upn: user.email, displayName: user.displayName })
}

/** What Microsoft found in it: links and files. */
function addResult(fields: Gathered, mentioned: ProductRecord['mentioned'], value: unknown): void {
  const result = isObject(value) ? value : {}
  fields.add('event.reason', verdictOf(result))
  for (const url of Array.isArray(result.detectedUrls) ? (result.detectedUrls as unknown[]) : [])
    addUrl({ fields }, url)
  for (const { fileName, fileHash } of objectsOf(result.detectedFiles)) {
    const hash = textOf(fileHash)?.toLowerCase()
    fields.add('file.name', textOf(fileName))
    if (hash?.length === 64) fields.add('file.hash.sha256', hash)
    mentioned.hashes.push(hash)
  }
}

/** Microsoft's detail says more than its category, where there is one. */
function verdictOf({ category, detail }: JsonObject): string | undefined {
  const told = textOf(detail)
  return told === undefined || told === 'none' ? textOf(category) : told
}

function setSentence(submission: JsonObject, reporter: string | undefined, event: EcsEvent): void {
  const what = textOf(subjectOf(submission)) ?? textOf(submission.webUrl) ?? textOf(submission.fileName)
  const from = textOf(submission.sender)?.toLowerCase()
  const as = textOf(submission.category)
  const verdict = isObject(submission.result) ? verdictOf(submission.result) : undefined
  tell(
    event,
    `${reporter ?? 'Someone'} reported ${what === undefined ? 'something' : quote(what)}${from === undefined ? '' : ` from ${from}`}${
      as === undefined ? '' : ` as ${spaced(as)}`
    }${verdict === undefined ? '' : `; Microsoft says: ${spaced(verdict)}`}`,
  )
}
