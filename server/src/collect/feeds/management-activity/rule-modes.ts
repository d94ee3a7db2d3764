import { z } from 'zod'

/**
 * In which mode a rule of data loss prevention was when it matched. Microsoft's schema says "Enforce, Audit with Notify, or Audit
 * only"; records also carry the words that its commands use (`Enable`, `TestWithNotifications`).
 */
const MODES = {
  enforce: ['enforce', 'enable'],
  auditWithNotify: ['auditwithnotify', 'auditandnotify', 'testwithnotifications'],
  auditOnly: ['auditonly', 'audit', 'testwithoutnotifications'],
} as const
type Mode = keyof typeof MODES

export const DlpOptions = z.strictObject({
  dlpRuleModes: z
    .array(z.enum(Object.keys(MODES) as [Mode, ...Mode[]]))
    .default([])
    .describe(
      'Collect matches of rules in these modes only: enforce, auditWithNotify, auditOnly; none chosen: all. Records that name no mode are kept.',
    ),
})
export type DlpOptions = z.infer<typeof DlpOptions>

const Match = z.object({
  PolicyDetails: z
    .array(z.object({ Rules: z.array(z.object({ RuleMode: z.string().optional() })).catch([]) }))
    .catch([]),
})

/** Leaves out a record all of whose rules are in modes that were not chosen. */
export function dlpExclusion({ dlpRuleModes }: DlpOptions): ((record: string) => string | undefined) | undefined {
  if (dlpRuleModes.length === 0) return undefined
  const chosen = new Set<Mode>(dlpRuleModes)
  return (record) => {
    const rules = Match.parse(JSON.parse(record)).PolicyDetails.flatMap(({ Rules }) => Rules)
    const modes = rules.map(({ RuleMode }) => modeOf(RuleMode))
    const isOther = modes.length > 0 && modes.every((mode) => mode !== undefined && !chosen.has(mode))
    return isOther ? 'dlpRuleModes' : undefined
  }
}

/** Undefined for a word that is none of these: such a rule is not left out. */
function modeOf(said = ''): Mode | undefined {
  const word = said.toLowerCase().replaceAll(/[^a-z]/g, '')
  return (Object.keys(MODES) as Mode[]).find((mode) => MODES[mode].some((each) => each === word))
}
