import type { Problem } from '@cordon/api'

import { partAt } from './filter-draft.ts'
import type { InvestigationDraft } from './investigation-draft.ts'

/** A refusal of an investigation, each fault at the place of the form that it concerns. */
export interface DraftProblems {
  /** By the id of the condition or group. */
  parts: ReadonlyMap<number, string>
  receivedFrom?: string
  receivedTo?: string
  targets?: string
  /** True when something has no place in the form, so that the refusal itself must be shown. */
  elsewhere: boolean
}

export const NO_PROBLEMS: DraftProblems = { parts: new Map(), elsewhere: false }

/** Where in the form the faults are that `problem` names. */
export function placeProblems({ where }: InvestigationDraft, problem: Problem): DraftProblems {
  if (problem.code === 'INVESTIGATION_TARGET_UNKNOWN') return { ...NO_PROBLEMS, targets: problem.why }
  const parts = new Map<number, string>()
  const placed: DraftProblems = { parts, elsewhere: problem.problems === undefined }
  for (const { path, message } of problem.problems ?? []) {
    const part = path.includes('conditions') ? partAt(where, path) : undefined
    const [date] = /received(?:From|To)$/.exec(path) ?? []
    if (part !== undefined) parts.set(part, message)
    else if (date === 'receivedFrom' || date === 'receivedTo') placed[date] = message
    else if (/targets/.test(path)) placed.targets = message
    else placed.elsewhere = true
  }
  return placed
}
