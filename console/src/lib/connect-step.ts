/** The steps to a connection; the address says at which one is, so that the browser's own back button goes back. */
export const STEPS = ['features', 'permissions', 'credentials', 'options'] as const
export type Step = (typeof STEPS)[number]

/** `step` out of an address; the first where it is none. */
export function parseStep(search: Record<string, unknown>): { step?: Step } {
  const step = STEPS.find((each) => each === search['step'])
  return step && step !== 'features' ? { step } : {}
}
