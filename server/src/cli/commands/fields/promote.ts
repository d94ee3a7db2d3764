import { PromotedField, PromoteField } from '@cordon/api'
import { type Command, Option } from 'commander'
import { z } from 'zod'

import { clientOf } from '#cli/client.ts'
import { print } from '#cli/output.ts'

const TYPES = PromoteField.shape.type.unwrap().options
const Options = z.object({ type: z.enum(TYPES) })

export function promoteField(fields: Command): void {
  fields
    .command('promote')
    .description('give a field of the documents a column of its own, for all tenants: fast to search and to count')
    .argument('<field>', 'dotted path: o365.audit.ApplicationId')
    .addOption(new Option('--type <type>', 'what its values are').choices(TYPES).default('keyword'))
    .action(async (name: string, _options, command: Command) => {
      const { type } = Options.parse(command.opts())
      const reply = await clientOf(command).send('POST', '/promoted-fields', PromotedField, { name, type })
      print(command, reply, () => `Promoted ${name}; events stored before get their column in the background.`)
    })
}

export function demoteField(fields: Command): void {
  fields
    .command('demote')
    .description('take such a column away again; the field stays in the documents')
    .argument('<field>')
    .action(async (name: string, _options, command: Command) => {
      await clientOf(command).send('DELETE', `/promoted-fields/${encodeURIComponent(name)}`, z.undefined())
      print(command, { demoted: name }, () => `${name} has no column of its own any more.`)
    })
}
