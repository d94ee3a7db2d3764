import { RE2JS } from 're2js'
import { z } from 'zod'

/** What to take of Defender's alerts, and what to leave out: settings that alerts and incidents share. */

const SEVERITIES = ['unknown', 'informational', 'low', 'medium', 'high'] as const

const Titles = z.array(z.string().min(1)).superRefine((titles, context) => {
  for (const [index, title] of titles.entries()) {
    const problem = expressionProblem(title)
    if (problem)
      context.addIssue({ code: 'custom', path: [index], message: `${title} is no RE2 expression: ${problem}.` })
  }
})

export const DefenderOptions = z.strictObject({
  severities: z
    .array(z.enum(SEVERITIES))
    .default([])
    .describe('Severities to collect, filtered after fetching so that the others are counted; none chosen: all.'),
  preludeSecurity: z
    .boolean()
    .default(false)
    .describe('Leave out what tests of Prelude Security raised: alerts with a file or process that names Prelude.'),
  files: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Leave out alerts all of whose files are in this list: file names, full paths, or SHA-1 or SHA-256 hashes; capitals do not matter.',
    ),
  titles: Titles.default([]).describe(
    'Leave out alerts whose title contains one of these texts, capitals or not, or matches one of these RE2 regular expressions, written between slashes: /^Test: /.',
  ),
  logIngestionDelayMinutes: z
    .int()
    .min(0)
    .max(720)
    .default(0)
    .describe(
      'Minutes to wait after the update of an alert before it is collected, so that the logs it tells of have arrived too.',
    ),
  lookbackDays: z
    .int()
    .min(1)
    .max(180)
    .default(30)
    .describe('Days back to begin with when it is first collected; Microsoft keeps 180.'),
})
export type DefenderOptions = z.infer<typeof DefenderOptions>

export const AlertOptions = DefenderOptions.extend({
  detectionSources: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Detection sources to collect in Microsoft's words (antivirus, customDetection, …), filtered after fetching; none chosen: all.",
    ),
})
export type AlertOptions = z.infer<typeof AlertOptions>

/** Whether a title is meant by one of `titles`. */
export function titleTest(titles: readonly string[]): (title: string) => boolean {
  const tests = titles.map((title) => {
    const expression = expressionOf(title)
    if (expression === undefined) return (text: string) => text.toLowerCase().includes(title.toLowerCase())
    const compiled = RE2JS.compile(expression)
    return (text: string) => compiled.test(text)
  })
  return (text) => tests.some((test) => test(text))
}

/** What stands between slashes. */
function expressionOf(title: string): string | undefined {
  return title.length > 2 && title.startsWith('/') && title.endsWith('/') ? title.slice(1, -1) : undefined
}

function expressionProblem(title: string): string | undefined {
  const expression = expressionOf(title)
  if (expression === undefined) return undefined
  try {
    RE2JS.compile(expression)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
