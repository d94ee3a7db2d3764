import { readFile, rm } from 'node:fs/promises'

import { ActionRunDetail, type ActionTarget } from '@cordon/api'
import type { Command } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'
import { AppError } from '#domain/errors.ts'
import { openSecret } from '#domain/sealed-secret.ts'

const Options = z.object({ key: z.string() })

/** A secret that was made for whoever holds the key. */
interface Revealed {
  address: string
  secret: string
}

export function revealAction(actions: Command): void {
  actions
    .command('reveal')
    .description('show once what an action made for you alone, as new passwords; the key is deleted then')
    .argument('<id>', 'id of the action run')
    .requiredOption('--key <file>', 'the file that `npx cordon actions plan --key` wrote')
    .action(async (id: string, _options, command: Command) => {
      const { key: file } = Options.parse(command.opts())
      const key = await readKey(file)
      const client = clientOf(command)
      const path = await client.tenantPath(`/action-runs/${encodeURIComponent(id)}`)
      const { targets } = await client.send('GET', path, ActionRunDetail)
      const revealed = targets.flatMap((target) => openOf(target, key, file))
      if (revealed.length === 0) throw nothing(id)
      print(command, revealed, () =>
        table(revealed, { ADDRESS: ({ address }) => address, SECRET: ({ secret }) => secret }, 'Nothing.'),
      )
      await rm(file)
    })
}

function openOf({ address, before }: ActionTarget, key: string, file: string): Revealed[] {
  const sealed = before?.['sealedPassword']
  if (typeof sealed !== 'string') return []
  const secret = openSecret(key, sealed)
  if (secret !== undefined) return [{ address, secret }]
  throw new AppError({
    code: 'REQUEST_INVALID',
    what: `Could not open what was made for ${address}.`,
    why: `It was sealed to another key than the one in ${file}.`,
    fix: 'Name the file that was written when the action was planned; only who planned it has it.',
  })
}

async function readKey(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new AppError({
      code: 'REQUEST_INVALID',
      what: `Could not read ${file}.`,
      why: cause instanceof Error ? cause.message : 'It cannot be read.',
      fix: 'Name the file that `npx cordon actions plan --key` wrote; it is deleted once its secrets were shown.',
      cause,
    })
  }
}

function nothing(id: string): AppError {
  return new AppError({
    code: 'REQUEST_INVALID',
    what: 'There is nothing to show.',
    why: `The action run ${id} has made nothing for anybody, or not yet.`,
    fix: `See \`npx cordon actions show ${id}\`: it says of each target how far it is. The key was kept.`,
  })
}
