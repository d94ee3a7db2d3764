import { z } from 'zod'

/** `application/problem+json` (RFC 9457) with Cordon's three sentences and Microsoft's own words. */
export const Problem = z
  .object({
    type: z.string().describe('`/docs/errors#CODE`'),
    title: z.string().describe('What could not be done.'),
    status: z.int(),
    code: z.string().describe('STAGE_NOUN_STATE, stable.'),
    why: z.string(),
    fix: z.string(),
    microsoft: z
      .object({
        service: z.string(),
        status: z.int(),
        code: z.string(),
        message: z.string(),
        requestId: z.string().optional(),
      })
      .optional(),
    /** For a query or a form: where the fault is. */
    problems: z
      .array(
        z.object({
          path: z.string(),
          message: z.string(),
          position: z
            .int()
            .optional()
            .describe('Of a query: the character, from 1; one behind its end where it ends too soon.'),
          length: z.int().optional().describe('Of a query: how many characters are meant.'),
          allowed: z.string().optional().describe('What may stand there.'),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>
