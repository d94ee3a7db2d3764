import { SIGN_INS } from '#world/entra/sign-ins.ts'
import { changeOf } from '#world/entra/directory-activity.ts'
import { directoryAuditTrace, directoryAudits } from '#world/entra/directory-audits.ts'
import { directoryChange, signIn } from '#world/audit/records/entra.ts'
import { leave } from '#world/surface.ts'
import { random } from '#world/random.ts'
import { signInTrace } from '#world/entra/sign-in-record.ts'
import type { AuditRecord } from '#world/audit/records/record.ts'
import type { ContentType } from '#world/audit/content-types.ts'
import type { DirectoryActivity } from '#world/entra/directory-activity.ts'
import type { SignIn } from '#world/audit/records/entra.ts'
import type { SignInDetail } from '#world/entra/sign-in-record.ts'
import type { World } from '#world/world.ts'

import type { Step } from './scenario.ts'

/** What one deed leaves behind wherever the real service tells of it: the records and state of a step. */
export type Deed = Pick<Step, 'audit' | 'traces' | 'objects'>

/** How long until the audit feed tells of it. */
const FEED_DELAY = 300_000

/** A record of the audit feed alone. */
export const audited = (contentType: ContentType, at: number, record: AuditRecord): Deed => ({
  audit: [{ contentType, publishedAt: at + FEED_DELAY, record }],
})

/** A sign-in of a user: `UserLoggedIn` or `UserLoginFailed` in the feed, and Graph's sign-in log. */
export const signedIn = (world: World, sign: SignIn, detail: SignInDetail = {}): Deed => ({
  ...audited('Audit.AzureActiveDirectory', sign.at, signIn(world, sign)),
  traces: [leave(SIGN_INS[detail.kind ?? 'interactiveUser'], signInTrace(world, sign, detail))],
})

/** A change of the directory: in the feed and in Graph's directory audits. */
export const changed = (world: World, activity: DirectoryActivity): Deed => ({
  ...audited('Audit.AzureActiveDirectory', activity.at, directoryChange(world, changeOf(activity))),
  traces: [leave(directoryAudits, directoryAuditTrace(world, activity))],
})

/** Several deeds as one step. */
export const together = (...deeds: readonly Deed[]): Deed => ({
  audit: deeds.flatMap(({ audit = [] }) => audit),
  traces: deeds.flatMap(({ traces = [] }) => traces),
  objects: deeds.flatMap(({ objects = [] }) => objects),
})

/** The id of a record of a story: the same for ever. */
export const recordId = (world: World, ...names: readonly (string | number)[]): string =>
  random(world.seed, 'story record', ...names).guid()
