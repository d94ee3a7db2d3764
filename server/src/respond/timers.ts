import { setTimeout } from 'node:timers/promises'

import type { Wait } from '#connect/throttle.ts'

/** How to wait where nobody says how. */
export const timers: Wait = (ms, signal) => setTimeout(ms, undefined, { signal })
