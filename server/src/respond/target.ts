import type { ActionTargetState } from '#domain/action-run.ts'
import { AppError, reasonOf } from '#domain/errors.ts'

import type { Action, Target, Verdict } from './action.ts'
import type { Journal, JournalStep } from './journal.ts'

/** One target, the action on it, and its journal. */
export interface TargetWork {
  action: Action
  target: Target
  journal: Journal
}

/**
 * Brings one target to its end. From `planned` it begins; from `intended` or `executed` it was cut off, and first looks
 * whether the effect is there. What Microsoft refuses is an outcome, not an error.
 *
 * @throws AppError STORE_*; and whatever was under way when the signal aborted: the journal tells where to go on.
 */
export function executeTarget(work: TargetWork): Promise<void> {
  return endsInJournal(work, unexecuted, async ({ action, target, journal }) => {
    const now = await action.read(target)
    if (journal.entry.state === 'planned') {
      const settled = action.settled(now)
      if (settled) return settled
      await journal.write({ state: 'intended', before: now })
    }
    const before = action.state.parse(journal.entry.before)
    const found = action.verify(before, now)
    if (found.is !== 'unchanged') return executed(found)

    const refusal = await refused(target, () => action.execute(target, before))
    if (!refusal) await journal.write({ state: 'executed' })
    const verdict = action.verify(before, await action.read(target).catch(unread(refusal)))
    return verdict.is === 'unchanged' ? { state: 'failed', reason: whyNot(refusal, verdict) } : executed(verdict)
  })
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
      const found = revert.verify(before, await action.read(target))
      if (found.is !== 'unchanged') return reverted(found)

      await journal.write({ state: 'reverting' })
      const refusal = await refused(target, () => revert.execute(target, before))
      const verdict = revert.verify(before, await action.read(target).catch(unread(refusal)))
      return verdict.is === 'unchanged'
        ? { state: 'revert-failed', reason: whyNot(refusal, verdict) }
        : reverted(verdict)
    },
  )
}

function executed({ is, proof }: Verdict): JournalStep {
  return { state: is === 'wanted' ? 'verified' : 'moved-by-user', proof }
}

function reverted({ is, proof }: Verdict): JournalStep {
  return is === 'wanted'
    ? { state: 'reverted', proof }
    : { state: 'revert-failed', reason: `It was moved or deleted since, and is left as it is. ${proof}` }
}

/** Microsoft may also report success and do nothing. */
function whyNot(refusal: AppError | undefined, { proof }: Verdict): string {
  return refusal ? reasonOf(refusal) : `Microsoft reported success, but: ${proof}`
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
  return PASSING.has(code) ? 'not-reachable' : 'failed'
}

const PASSING: ReadonlySet<string> = new Set(['CONNECT_UNREACHABLE', 'CONNECT_THROTTLED', 'CONNECT_REPLY_UNREADABLE'])

function saidByMicrosoft(error: unknown): error is AppError {
  return error instanceof AppError && error.code.startsWith('CONNECT_')
}

/** Microsoft's refusal of `effect`, kept until the mailbox shows whether it happened nevertheless. */
async function refused(target: Target, effect: () => Promise<void>): Promise<AppError | undefined> {
  try {
    await effect()
    return undefined
  } catch (error) {
    if (target.signal?.aborted || !saidByMicrosoft(error)) throw error
    return error
  }
}

/** When the mailbox cannot be read back: the refusal tells more than the second failure. */
function unread(refusal: AppError | undefined): (error: unknown) => never {
  return (error) => {
    throw saidByMicrosoft(error) && refusal ? refusal : error
  }
}
