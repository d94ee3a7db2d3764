import type { Command } from 'commander'

import { readConfig } from '#app/config.ts'
import { examine, type Finding } from '#app/doctor.ts'
import { print, table } from '#cli/output.ts'
import { systemClock } from '#domain/clock.ts'

/** `cordon doctor`: looks at everything Cordon needs and says what to do. */
export function doctor(program: Command): void {
  program
    .command('doctor')
    .description('look at everything Cordon needs on this machine; exit code 1 when something is broken')
    .action(async (_options, command: Command) => {
      const findings: Finding[] = []
      for await (const finding of examine(readConfig(process.env), systemClock)) findings.push(finding)
      print(command, { findings }, () =>
        table(
          findings,
          {
            WHAT: ({ what }) => what,
            VERDICT: ({ verdict }) => verdict,
            DETAIL: ({ detail }) => detail,
            FIX: ({ fix }) => fix,
          },
          'Nothing was looked at.',
        ),
      )
      if (findings.some(({ verdict }) => verdict === 'failed')) process.exitCode = 1
    })
}
