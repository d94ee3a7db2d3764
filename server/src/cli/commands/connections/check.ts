import { FeedCheckList } from '@cordon/api'
import type { Command } from 'commander'

import { clientOf } from '#cli/client.ts'
import { print, table } from '#cli/output.ts'

import { feedSecretsOf, SettingOptions, settingsOf, withSettings } from './settings.ts'

export function checkConnection(connections: Command): void {
  withSettings(connections.command('check'))
    .description('try the feeds of a connection, as they are or as they would be with these settings; nothing is saved')
    .argument('<id>')
    .action(async (id: string, _options, command: Command) => {
      const options = SettingOptions.parse(command.opts())
      const path = `/connections/${encodeURIComponent(id)}/feeds/check`
      const reply = await clientOf(command).send('POST', path, FeedCheckList, {
        feeds: options.feed,
        settings: settingsOf(options),
        feedSecrets: await feedSecretsOf(options),
      })
      print(command, reply, () => formatChecks(reply))
      if (reply.feeds.some(({ verdict }) => verdict === 'problem')) process.exitCode = 1
    })
}

function formatChecks({ feeds }: FeedCheckList): string {
  const rows = table(
    feeds,
    { FEED: ({ feed }) => feed, VERDICT: ({ verdict }) => verdict, TRIED: ({ detail }) => detail },
    'No feeds are chosen.',
  )
  const advice = feeds.flatMap(({ feed, problems }) =>
    problems.map(({ what, why, fix }) => `${feed}: ${what} ${why}\n  fix: ${fix}\n`),
  )
  return `${rows}${advice.join('')}`
}
