import { z } from 'zod'

import { Problem } from './problem.ts'

/** GET /api/sign-on: what the sign-in page offers. */
export const SignInWays = z
  .object({
    passwords: z.boolean().describe('Whether people sign in with passwords of Cordon.'),
    directories: z
      .array(z.object({ id: z.string(), name: z.string() }))
      .describe('Entra directories whose people sign in with Microsoft.'),
    problem: Problem.optional().describe('Why this browser’s last sign-in with Microsoft failed: told once.'),
  })
  .meta({ id: 'SignInWays' })
export type SignInWays = z.infer<typeof SignInWays>

/** GET /api/sign-on/start, which a browser goes to. */
export const StartSignOn = z
  .object({
    directory: z.string().describe('ID of the directory to sign in to.'),
    next: z.string().max(4000).optional().describe('Page of the console to go to afterwards.'),
  })
  .meta({ id: 'StartSignOn' })
export type StartSignOn = z.infer<typeof StartSignOn>
