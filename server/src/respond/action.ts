import type { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import type { MailHit } from '#domain/investigation.ts'
import type { PermissionNeed } from '#domain/tenant.ts'

/**
 * An action: something Cordon changes at Microsoft, one target at a time. The unit says what it needs and what it does;
 * the runner (runner.ts) does the rest: it reads the state before, writes the intent, executes, reads back, and repairs
 * what a crash cut off. So a unit never keeps state and never decides that it succeeded: its `verify` looks at what
 * Microsoft holds and says what that means.
 */
export interface Action<State extends Record<string, unknown> = Record<string, unknown>> {
  /** Verb-object: `delete-message`. */
  id: string
  /** Verb first, for people: "Delete permanently". */
  title: string
  /** One or two sentences: the truth about getting back what the action takes away. */
  recoverability: string
  permissions: readonly PermissionNeed[]
  /** What a run will do, in words and numbers. */
  effect(count: { messages: number; mailboxes: number }): string
  /** What `read` gives, as it is kept in the journal. */
  state: z.ZodType<State>
  /** What Microsoft holds now. Changes nothing. @throws AppError CONNECT_* */
  read(target: Target): Promise<State>
  /** Why nothing needs doing, given what is there at the start; undefined when the action is to be executed. */
  settled(now: State): { state: 'already-gone' | 'moved-by-user'; proof: string } | undefined
  /**
   * Brings the effect about. Idempotent: it may be repeated after a crash, and a second time changes nothing more.
   *
   * @throws AppError CONNECT_*; the runner then looks at what the mailbox holds before it calls this a failure.
   */
  execute(target: Target, before: State): Promise<void>
  /** What it means that `now` is there after `before`. */
  verify(before: State, now: State): Verdict
  /** The way back to `before`; absent where Microsoft offers none. */
  revert?: {
    /** As {@link Action.execute}. */
    execute(target: Target, before: State): Promise<void>
    verify(before: State, now: State): Verdict
  }
}

/** What an action works on. */
export interface Target {
  microsoft: Microsoft
  hit: MailHit
  /** Ids of all messages in the same mailbox that the investigation found: other copies of the message that are known. */
  known: ReadonlySet<string>
  signal?: AbortSignal
}

export interface Verdict {
  /** The wanted state is there; nothing has changed; or something that neither Cordon intended nor found before. */
  is: 'wanted' | 'unchanged' | 'elsewhere'
  /** The evidence, one sentence. */
  proof: string
}

/** Declares an action. List it in actions/index.ts; prove it with `testAction`. */
export function defineAction<State extends Record<string, unknown>>(action: Action<State>): Action<State> {
  return action
}
