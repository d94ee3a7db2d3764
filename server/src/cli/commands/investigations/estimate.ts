import { InvestigationEstimate } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { facts, print } from '#cli/output.ts'

import { addRequestOptions, requestOf } from './request-options.ts'

export function estimateInvestigation(investigations: Command): void {
  addRequestOptions(
    investigations.command('estimate').description('what an investigation would cost: mailboxes, requests, time'),
  ).action(async (_options, command: Command) => {
    const client = clientOf(command)
    const { name: _name, ...request } = requestOf(command)
    const path = await client.tenantPath('/investigations/estimate')
    const estimate = await client.send('POST', path, InvestigationEstimate, request)
    print(command, estimate, () =>
      facts({
        mailboxes: estimate.mailboxes,
        requests: `about ${estimate.requests}`,
        seconds: `about ${estimate.seconds}`,
        reads: estimate.reads === 'mailboxes' ? 'every message of every mailbox' : 'what Microsoft finds by itself',
        contents: estimate.contents ? 'texts, links or files of candidates are read' : 'no message is opened',
      }),
    )
  })
}
