import { styleText } from 'node:util'

import { CommanderError } from 'commander'

import { type AppError, toAppError } from '#domain/errors.ts'

/** An error as lines for a terminal: what, why, fix, and Microsoft's own words where it said something. */
export function formatError(error: AppError): string {
  const { code, what, why, fix, microsoft } = error
  const lines = [
    `${styleText('red', what)} ${styleText('dim', `[${code}]`)}`,
    `  why: ${why}`,
    `  fix: ${fix}`,
    ...(microsoft
      ? [
          `  Microsoft: ${microsoft.code} (${microsoft.service}, HTTP ${microsoft.status}): ${microsoft.message}`,
          ...(microsoft.requestId ? [`  Microsoft's request id: ${microsoft.requestId}`] : []),
        ]
      : []),
  ]
  return `${lines.join('\n')}\n`
}

/** Tells the person why a command ended, and gives the exit code: 2 for a command that was not understood, else 1. */
export function reportFailure(error: unknown): number {
  // Help and the version arrive as errors too, with exit code 0; their text is printed already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  process.stderr.write(formatError(toAppError(error, 'The command failed.')))
  return 1
}
