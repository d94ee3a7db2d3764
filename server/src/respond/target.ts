import { isDeepStrictEqual } from 'node:util'

import type { Wait } from '#connect/throttle.ts'
import type { ActionTargetState } from '#domain/action-run.ts'
import { AppError, reasonOf } from '#domain/errors.ts'

import { PROMPT, type Action, type Target, type Verdict } from './action.ts'
import type { Journal, JournalStep } from './journal.ts'
import { timers } from './timers.ts'

/** One target, the action on it, and its journal. */
export interface TargetWork {
  action: Action
  target: Target
  journal: Journal
  /** How to wait; timers when absent. */
  wait?: Wait | undefined
}

/**
 * Says what executing would do to one target, and changes nothing at Microsoft.
 *
 * @throws as {@link executeTarget}.
 */
export function shadowTarget(work: TargetWork): Promise<void> {
  return endsInJournal(work, unexecuted, async ({ action, target, journal }) => {
    const now = await action.read(withEarlier(target, journal))
    return action.settled(now) ?? { state: 'would-change', proof: action.verify(now, now).proof }
  })
}

/**
 * Brings one target to its end. From `planned` it begins; from `intended` or `executed` it was cut off, and first looks
 * whether the effect is there. What Microsoft refuses is an outcome, not an error.
 *
 * @throws AppError STORE_*; and whatever was under way when the signal aborted: the journal tells where to go on.
 */
export function executeTarget(work: TargetWork): Promise<void> {
  return endsInJournal(work, unexecuted, async ({ action, target, journal }) => {
    const { state } = journal.entry
    const now = await readNow(work)
    if (state === 'planned') {
      const settled = action.settled(now)
      if (settled) return settled
      await journal.write({ state: 'intended', before: now })
    }
    const before = action.state.parse(journal.entry.before)
    const found = action.verify(before, now)
    if (hasEnded(found)) return executed(found)

    // What Microsoft accepted and takes its time for is not asked for again after a crash.
    const accepted = state === 'executed' && action.patience !== undefined
    const kept = { ...before }
    const effect = async () => void Object.assign(kept, await action.execute(target, before))
    const refusal = accepted ? undefined : await refused(target, effect)
    if (!refusal && !accepted) await journal.write({ state: 'executed', before: kept })
    const verdict = await look(work, refusal, async () => action.verify(before, await action.read(target, kept)))
    if (hasEnded(verdict)) return executed(verdict)
    const { is, proof } = verdict
    return is === 'partly'
      ? { state: 'partly', proof, reason: whyNot(refusal, verdict) }
      : { state: 'failed', reason: whyNot(refusal, verdict) }
  })
}

/** What is there now, as far as it is not in the journal what was there before. */
function readNow({ action, target, journal }: TargetWork): Promise<Record<string, unknown>> {
  const { state, before } = journal.entry
  return state === 'planned'
    ? action.read(withEarlier(target, journal))
    : action.read(target, action.state.parse(before))
}

/** The plan gives a target what an earlier run found, for an action that restores it. */
function withEarlier(target: Target, { entry }: Journal): Target {
  return entry.before ? { ...target, earlier: entry.before } : target
}

/**
 * Takes one target back to what was there before, unless the user has decided otherwise since.
 *
 * @throws as {@link executeTarget}.
 */
export function revertTarget(work: TargetWork): Promise<void> {
  return endsInJournal(
    work,
    () => 'revert-failed',
    async ({ action, target, journal }) => {
      const revert = action.revert!
      const before = action.state.parse(journal.entry.before)
      const found = revert.verify(before, await action.read(target, before))
      if (hasEnded(found)) return reverted(found)

      await journal.write({ state: 'reverting' })
      const kept = { ...before }
      const effect = async () => void Object.assign(kept, await revert.execute(target, before))
      const refusal = await refused(target, effect)
      if (!isDeepStrictEqual(kept, before)) await journal.write({ state: 'reverting', before: kept })
      const verdict = await look(work, refusal, async () => revert.verify(before, await action.read(target, kept)))
      return hasEnded(verdict) ? reverted(verdict) : { state: 'revert-failed', reason: whyNot(refusal, verdict) }
    },
  )
}

/** Whether there is nothing to wait for any more. */
function hasEnded({ is }: Verdict): boolean {
  return is === 'wanted' || is === 'elsewhere'
}

function executed({ is, proof }: Verdict): JournalStep {
  return { state: is === 'wanted' ? 'verified' : 'moved-by-user', proof }
}

function reverted({ is, proof }: Verdict): JournalStep {
  return is === 'wanted'
    ? { state: 'reverted', proof }
    : { state: 'revert-failed', reason: `It was moved, changed or deleted since, and is left as it is. ${proof}` }
}

/** Microsoft may also report success and do nothing. Of several steps it is told how far they came. */
function whyNot(refusal: AppError | undefined, { is, proof }: Verdict): string {
  if (!refusal) return `Microsoft reported success, but: ${proof}`
  return is === 'partly' ? `${proof} ${reasonOf(refusal)}` : reasonOf(refusal)
}

/** Writes the step that `bring` ends with or, where Microsoft did not let it come so far, why and in what state. */
async function endsInJournal(
  work: TargetWork,
  stateAfter: (refusal: AppError) => ActionTargetState,
  bring: (work: TargetWork) => Promise<JournalStep>,
): Promise<void> {
  let end: JournalStep
  try {
    end = await bring(work)
  } catch (error) {
    if (work.target.signal?.aborted || !saidByMicrosoft(error)) throw error
    end = { state: stateAfter(error), reason: reasonOf(error) }
  }
  await work.journal.write(end)
}

function unexecuted({ code }: AppError): ActionTargetState {
  // A message that is not there is an answer of its mailbox; what is not found here is the mailbox, or the user.
  return PASSING.has(code) || code === 'CONNECT_NOT_FOUND' ? 'not-reachable' : 'failed'
}

const PASSING: ReadonlySet<string> = new Set(['CONNECT_UNREACHABLE', 'CONNECT_THROTTLED', 'CONNECT_REPLY_UNREADABLE'])

function saidByMicrosoft(error: unknown): error is AppError {
  return error instanceof AppError && error.code.startsWith('CONNECT_')
}

/** Microsoft's refusal of `effect`, kept until Microsoft shows whether it happened nevertheless. */
async function refused(target: Target, effect: () => Promise<void>): Promise<AppError | undefined> {
  try {
    await effect()
    return undefined
  } catch (error) {
    if (target.signal?.aborted || !saidByMicrosoft(error)) throw error
    return error
  }
}

/** Looks until the effect shows, or the action's patience has ended. What was refused shows at once, or not at all. */
async function look(
  { action, target: { signal }, wait = timers }: TargetWork,
  refusal: AppError | undefined,
  see: () => Promise<Verdict>,
): Promise<Verdict> {
  const waits = refusal ? (PASSING.has(refusal.code) ? PROMPT : []) : (action.patience ?? PROMPT)
  for (const ms of waits) {
    const verdict = await see().catch(unread(refusal))
    if (hasEnded(verdict)) return verdict
    await wait(ms, signal)
  }
  return see().catch(unread(refusal))
}

/**
 * When it cannot be read back, the refusal tells more than the second failure; but where only the line failed, what
 * came of it is not known: a deletion that is sent again because its reply was lost is refused, too.
 */
function unread(refusal: AppError | undefined): (error: unknown) => never {
  return (error) => {
    throw saidByMicrosoft(error) && !PASSING.has(error.code) && refusal ? refusal : error
  }
}
