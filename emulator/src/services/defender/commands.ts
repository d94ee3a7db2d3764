import type { MachineAction, Progress } from '#world/defender/actions.ts'

/** Commands of a live response session as they are on the wire; none for other actions. */
export function commandShapes(action: MachineAction, progress: Progress): object[] {
  const { commands = [], outcomes = [] } = action
  const { startedAt, endedAt } = progress
  // One after another, each an equal share of the session.
  const share = startedAt === undefined || endedAt === undefined ? 0 : (endedAt - startedAt) / commands.length
  return commands.map((command, index) => {
    const error = outcomes[index]?.error
    const ended = endedAt !== undefined && progress.status !== 'Cancelled' && progress.status !== 'TimeOut'
    return {
      index,
      startTime: ended ? time(startedAt! + share * index) : null,
      endTime: ended ? time(startedAt! + share * (index + 1)) : null,
      commandStatus: ended ? (error === undefined ? 'Completed' : 'Failed') : 'Created',
      errors: ended && error !== undefined ? [error] : [],
      command,
    }
  })
}

const time = (milliseconds: number): string => new Date(Math.round(milliseconds)).toISOString()
