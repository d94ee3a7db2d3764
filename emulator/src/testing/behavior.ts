import { it } from 'vitest'

/**
 * How we know that the real service does it: Microsoft's text; Graph's own schema; seen on a live tenant by others, in
 * public; shipping clients rely on it; our judgement, not to be built on.
 */
export type Source = 'documentation' | 'CSDL' | 'captured' | 'third-party code' | 'inferred'

/**
 * A test that witnesses a behavior of the emulated cloud. `fidelity.md` is made of these: the outermost `describe` is the
 * heading, the title the row. Write both as plain literals in one line; the generator reads the text.
 */
export const behavior = (_source: Source, title: string, run: () => void | Promise<void>, timeoutMs?: number): void =>
  // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title -- both are the caller's
  it(title, run, timeoutMs)
