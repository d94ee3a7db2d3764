/** What rules call `event.outcome`; one word is a typo that many rules share. */
export const OUTCOME = {
  success: ['Success', 'Succeeded', 'Sucess', 'True'],
  failure: ['Failure', 'Failed', 'False'],
} as const
