import { dirname, join } from 'node:path'

import {
  ACTIONS,
  buildProgram,
  CLOUDS,
  DISAGREEMENTS,
  NORMALIZERS,
  describeConfig,
  DROP_REASONS,
  ERROR_CODES,
  loadRules,
  RIGHTS,
  settingsOf,
} from '@cordon/server/reference'

import { code, page, table } from './markdown.ts'
import { renderFeeds } from './feeds.ts'
import { renderFidelity } from './fidelity.ts'
import { renderPermissions } from './permissions.ts'

interface Page {
  file: string
  render(): string | Promise<string>
}

const rulesFolder = join(dirname(dirname(import.meta.dirname)), 'rules')

/** Every page of the reference; each is made from what the product itself runs on. */
export const PAGES: readonly Page[] = [
  {
    file: 'README.md',
    render: () =>
      page(
        'Reference',
        'Generated from the code by `npm run docs`.',
        PAGES.filter(({ file }) => file !== 'README.md' && !file.startsWith('..'))
          .map(({ file }) => `* [${file.replace('.md', '').replaceAll('-', ' ')}](${file})`)
          .join('\n'),
      ),
  },
  {
    file: 'configuration.md',
    render: () =>
      page(
        'Configuration',
        'Environment variables, read once at start. Every default is right for one machine.',
        table(
          ['variable', 'default', 'meaning'],
          describeConfig().map(({ name, default: value, description }) => [
            code(name),
            value === undefined ? '' : code(value),
            description,
          ]),
        ),
      ),
  },
  { file: 'permissions.md', render: renderPermissions },
  { file: 'feeds.md', render: renderFeeds },
  {
    file: 'datasets.md',
    render: () =>
      page(
        'Datasets',
        'Names for `--dataset`, and the reasons for which a record may be dropped. What cannot be normalized is quarantined at the step that failed, with its text.',
        `${NORMALIZERS.map(({ dataset, title }) => `* ${code(dataset)}: ${title}`).join('\n')}\n\n${table(
          ['dropped because', 'meaning'],
          Object.entries(DROP_REASONS).map(([reason, meaning]) => [code(reason), meaning]),
        )}`,
      ),
  },
  {
    file: 'ecs-agreement.md',
    render: () =>
      page(
        'Where our events differ',
        `Two normalizers of Microsoft 365 are widely used, and rules are written for their fields. ${code('node tools/agreement.ts')} compares our events with Elastic's of the same records, field by field; whatever differs is written down here, or fails the tests. See [normalizing](../guides/normalizing.md).`,
        table(
          ['field', 'where Elastic says', 'of', 'why ours says something else'],
          DISAGREEMENTS.map(({ field, theirs = ['anything else'], streams = ['any record'], why }) => [
            code(field),
            theirs.join(', '),
            streams.map((stream) => stream.replace(/\/$/, '')).join(', '),
            why,
          ]),
        ),
      ),
  },
  {
    file: 'actions.md',
    render: () =>
      page(
        'Actions',
        `What Cordon can change at Microsoft. Every run is planned, confirmed by its number, from ${code('CORDON_APPROVAL_FROM')} targets on approved by somebody else, journaled before the effect, and verified by reading back. Settings go with a plan: ${code('--set name=value')}.`,
        `${table(
          ['action', 'on', 'what', 'undo', 'recoverability', 'permissions', 'license or role'],
          ACTIONS.map((action) => [
            code(action.id),
            `${action.on.replace('-', ' ').replace(/y$/, 'ie').replace(/x$/, 'xe')}s`,
            action.title,
            action.revert === undefined ? 'no' : 'yes',
            action.recoverability,
            action.permissions.map(({ permission }) => code(permission)).join(', '),
            (action.requirements ?? []).map(({ name }) => name).join(', '),
          ]),
        )}\n\n${table(['action', 'setting', 'default', 'meaning'], ACTIONS.flatMap(settingRows))}`,
      ),
  },
  {
    file: 'rules.md',
    async render() {
      const { rules, correlations } = await loadRules([rulesFolder])
      const logsources = (id: string): string[] => {
        const rule = rules.find((each) => each.id === id)
        const over = correlations.find((each) => each.id === id)?.rules ?? []
        return rule ? [`${rule.logsource.product} ${rule.logsource.service}`] : over.flatMap(logsources)
      }
      const raising = [...rules, ...correlations].filter(({ alerts }) => alerts)
      return page(
        'Rules',
        'The built-in pack: what raises alerts, and the logsources that each needs. Each has cases that fire it and look-alikes that must not, beside it in `rules/`. What a logsource is made of is told in [detect with Sigma](../guides/detect.md).',
        table(
          ['rule', 'level', 'ATT&CK', 'logsources', 'false positives'],
          raising
            .toSorted((a, b) => a.title.localeCompare(b.title, 'en'))
            .map((rule) => [
              rule.title,
              rule.level,
              rule.attack.join(', '),
              [...new Set(logsources(rule.id))].join(', '),
              rule.falsePositives.join(' '),
            ]),
        ),
      )
    },
  },
  {
    file: 'clouds.md',
    render: () =>
      page(
        'Clouds',
        'Names for a connection. `CORDON_CLOUD_FILE` adds one more, see [clouds](../guides/clouds.md).',
        table(
          ['name', 'cloud', 'sign-in', 'APIs', 'files of devices'],
          CLOUDS.map((cloud) => [
            code(cloud.name),
            cloud.title,
            cloud.login,
            Object.values(cloud.apis)
              .map(({ origin }) => origin)
              .join(', '),
            cloud.storage.map((end) => `https://*${end}`).join(', '),
          ]),
        ),
      ),
  },
  {
    file: 'rights.md',
    render: () =>
      page(
        'Rights',
        'What routes and commands ask for, and the least role that has it. Each role includes those before it: viewer, analyst, responder, administrator.',
        table(
          ['right', 'least role'],
          Object.entries(RIGHTS).map(([right, role]) => [code(right), role]),
        ),
      ),
  },
  {
    file: 'errors.md',
    render: () =>
      page(
        'Errors',
        "Every error has a stable code, and says what, why and how to fix it. Microsoft's own code and text are kept word for word beside it.",
        table(
          ['code', 'meaning'],
          Object.entries(ERROR_CODES).map(([name, meaning]) => [code(name), meaning]),
        ),
      ),
  },
  { file: '../../emulator/fidelity.md', render: renderFidelity },
  {
    file: 'command-line.md',
    render: () => page('Command line', '`npx cordon --help` prints the same.', commands()),
  },
]

function commands(): string {
  const lines: string[] = []
  const visit = (command: ReturnType<typeof buildProgram>, path: string) => {
    if (command.commands.length === 0) {
      const help = command.createHelp()
      lines.push(
        `## ${code(path)}`,
        '',
        command.description(),
        '',
        '```',
        help.formatHelp(command, help).trim(),
        '```',
        '',
      )
    }
    for (const child of command.commands) visit(child as ReturnType<typeof buildProgram>, `${path} ${child.name()}`)
  }
  visit(buildProgram(), 'cordon')
  return lines.join('\n').trim()
}

function settingRows(action: (typeof ACTIONS)[number]): string[][] {
  const properties = (settingsOf(action)?.['properties'] ?? {}) as Record<
    string,
    { default?: unknown; description?: string }
  >
  return Object.entries(properties).map(([name, setting]) => [
    code(action.id),
    code(name),
    code(String(setting.default)),
    setting.description ?? '',
  ])
}
