import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import type { Wait } from '#connect/throttle.ts'
import type { TargetKind } from '#domain/action-run.ts'
import type { Clock } from '#domain/clock.ts'
import type { PermissionNeed, RequirementNeed } from '#domain/tenant.ts'

import type { FileKeeper } from './file-keeper.ts'

/**
 * An action: something Cordon changes at Microsoft, one target at a time. The unit says what it needs and what it does;
 * the runner (runner.ts) does the rest: it reads the state before, writes the intent, executes, reads back, and repairs
 * what a crash cut off. So a unit never keeps state and never decides that it succeeded: its `verify` looks at what
 * Microsoft holds and says what that means.
 */
export interface Action<State extends Record<string, unknown> = Record<string, unknown>, On extends Target = Target> {
  /** Verb-object: `delete-message`. */
  id: string
  /** What its targets are. */
  on: TargetKind
  /** Verb first, for people: "Delete permanently". */
  title: string
  /** One or two sentences: the truth about getting back what the action takes away. */
  recoverability: string
  permissions: readonly PermissionNeed[]
  /** What a tenant must have beyond consent; {@link Action.check} finds out whether it does. */
  requirements?: readonly RequirementNeed[]
  /**
   * Whether Microsoft offers it to this tenant, asked when it is planned. Changes nothing.
   *
   * @throws AppError CONNECT_* where it does not: for want of a license, say.
   */
  check?(microsoft: Microsoft): Promise<void>
  /** Microsoft lets only a directory role above an administrator's do this to that administrator. */
  sensitive?: true
  /** It keeps something out of the company, so that what belongs to the company is refused. */
  blocks?: true
  /** It works on events of calendars too; a hit that is one is refused where this is absent. */
  events?: true
  /** It works on an Exchange server on premises too; refused there where this is absent. */
  onPremises?: true
  /** Clouds where Microsoft does not offer it, by their names in connect/clouds.ts. */
  notOfferedIn?: { clouds: readonly string[]; why: string }
  /** Its settings with their defaults; absent without any. Kept in the plan as they were parsed. */
  options?: z.ZodType<Record<string, unknown>>
  /** Permissions that settings ask for beyond {@link permissions}, at a moment (ms): Microsoft's rules change by date. */
  optionNeeds?(options: unknown, now: number): readonly PermissionNeed[]
  /** What a run does to so many, verb first and without an end: "remove 23 messages from 21 mailboxes". */
  does(count: Count, options?: Record<string, unknown>): string
  /** The same done: "removed 23 messages from 21 mailboxes". */
  did(count: Count, options?: Record<string, unknown>): string
  /** What `read` gives, as it is kept in the journal. */
  state: z.ZodType<State>
  /**
   * What Microsoft holds now. Changes nothing. With `before`, what was read at the start, it may leave out what does not
   * change: reading back is half of the work.
   *
   * @throws AppError CONNECT_*
   */
  read(target: On, before?: State): Promise<State>
  /** Why nothing needs doing, given what is there at the start; undefined when the action is to be executed. */
  settled(now: State): Settled | undefined
  /**
   * Brings the effect about. Idempotent: it may be repeated after a crash, and a second time changes nothing more. What it
   * returns is kept with `before`, for later looks: where the target is to be found from now on.
   *
   * @throws AppError CONNECT_*; the runner then looks at what Microsoft holds before it calls this a failure.
   */
  execute(target: On, before: State): Promise<Partial<State> | void>
  /** What it means that `now` is there after `before`. */
  verify(before: State, now: State): Verdict
  /**
   * How long after Microsoft has accepted it the effect may show: waits between looks, in ms. What has not shown after the
   * last has failed. {@link PROMPT} when absent.
   */
  patience?: readonly number[]
  /** Puts back what earlier runs took away: plans give its targets what those found. */
  restores?: true
  /** The way back to `before`; absent where Microsoft offers none. */
  revert?: {
    /** As {@link Action.execute}. */
    execute(target: On, before: State): Promise<Partial<State> | void>
    verify(before: State, now: State): Verdict
  }
}

/** What an action works on; its kind adds what it is. */
export interface Target {
  microsoft: Microsoft
  clock: Clock
  /** Where it keeps files that it brings. */
  files: FileKeeper
  /** The run's settings, as {@link Action.options} parsed them. */
  options?: Record<string, unknown>
  /** What the newest run that changed it found before; only for an action that restores. */
  earlier?: Record<string, unknown>
  signal?: AbortSignal
  /** How to wait for what Microsoft has accepted to show; timers when absent. */
  wait?: Wait
}

export interface Count {
  targets: number
  /** What they lie in: mailboxes of messages. A user is a lane of its own. */
  lanes: number
}

/**
 * The end of a target that the action is not carried out on: the message is as far away or further, as it should be, or
 * where the user has put it; or nothing can be done any more.
 */
export type Settled =
  | { state: 'already-gone' | 'already-done' | 'moved-by-user'; proof: string }
  | { state: 'failed'; reason: string }

/** Changes in a mailbox can be read at once; a reading that is a moment old is not taken for a failure. */
export const PROMPT: readonly number[] = [250, 1000]

export interface Verdict {
  /**
   * The wanted state is there; nothing has changed; of several steps some have happened; or there is something that neither
   * Cordon intended nor found before.
   */
  is: 'wanted' | 'unchanged' | 'partly' | 'elsewhere'
  /** The evidence in sentences, one for each step. */
  proof: string
}

/** Declares an action. List it in actions/index.ts; prove it with `testAction`. */
export function defineAction<State extends Record<string, unknown>, On extends Target>(
  action: Action<State, On>,
): Action<State, On> {
  return action
}

/** An action's settings as JSON Schema; undefined without any. */
export function settingsOf({ options }: Action): Record<string, unknown> | undefined {
  return options && z.toJSONSchema(options, { io: 'input' })
}
