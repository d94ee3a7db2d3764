import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'

import { table } from './markdown.ts'

const emulator = join(dirname(dirname(import.meta.dirname)), 'emulator')

/** One behavior of the emulator: what a test of it says. */
interface Behavior {
  subject: string
  source: string
  title: string
  witness: string
}

const MEANING: Record<string, string> = {
  documentation: "Microsoft's published text",
  CSDL: "Graph's own schema",
  captured: 'seen on a live tenant, by others, in public',
  'third-party code': 'shipping clients rely on it',
  inferred: 'our judgement: do not build on it',
}

/**
 * `emulator/fidelity.md`: every test that witnesses a behavior of the emulated cloud, with how it is known. Read out of the
 * tests' text, so that a row without a test cannot be written.
 */
export function renderFidelity(): string {
  const behaviors = globSync(join(emulator, 'src/**/*.test.ts')).sort().flatMap(behaviorsOf)
  const counts = Object.keys(MEANING).map((source) => ({
    source,
    count: behaviors.filter((behavior) => behavior.source === source).length,
  }))
  const subjects = [...Map.groupBy(behaviors, ({ subject }) => subject)].sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    '# How true the emulator is',
    `**${counts.find(({ source }) => source === 'inferred')!.count} of ${behaviors.length} behaviors are inferred**: do not build on those.`,
    'Each row is a test that fails if the behavior goes; `npm run docs` makes this page from the tests. The source says how the behavior of the real service is known.',
    table(
      ['source', 'what it means', 'behaviors'],
      counts.map(({ source, count }) => [source, MEANING[source]!, String(count)]),
    ),
    ...subjects.flatMap(([subject, rows]) => [
      `## ${subject}`,
      table(
        ['behavior', 'source', 'witness'],
        rows.map(({ title, source, witness }) => [title, source, `[${basename(witness)}](${witness})`]),
      ),
    ]),
  ]
    .join('\n\n')
    .concat('\n')
}

const LITERAL = String.raw`'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|` + '`([^`$]*)`'

function behaviorsOf(file: string): Behavior[] {
  const text = readFileSync(file, 'utf8')
  const calls = text.matchAll(new RegExp(String.raw`\bbehavior\(\s*(?:${LITERAL}),\s*(?:${LITERAL})`, 'g'))
  const written = text.match(/^\s+behavior\(/gm)?.length ?? 0
  const found = [...calls].map((call) => ({
    subject: subjectOf(file),
    source: literal(call)!,
    title: `${about(text.slice(0, call.index))} ${literal(call, 3)!}`.trim(),
    witness: relative(emulator, file),
  }))
  const unknown = found.find(({ source }) => !(source in MEANING))
  if (found.length < written || unknown)
    throw new Error(
      `${file}: ${unknown ? `'${unknown.source}' is no source` : 'a behavior is not written as two plain literals'}.`,
    )
  return found
}

/** What the `describe` around the end of this text is about: titles go on from it. */
function about(before: string): string {
  const opened = [
    ...before.matchAll(new RegExp(String.raw`\bdescribe(?:\.\w+\([^\n]*\))?\(\s*(?:${LITERAL})`, 'g')),
  ].at(-1)
  return (opened && literal(opened)) ?? ''
}

/** `services/graph/mail/messages.test.ts` is about `graph / mail`. */
const subjectOf = (file: string) =>
  dirname(relative(join(emulator, 'src'), file))
    .split('/')
    .filter((part) => part !== 'services' && part !== '.')
    .join(' / ')
    .replaceAll('-', ' ') || 'doors'

/** The text of the literal whose three spellings begin at this group. */
function literal(match: RegExpExecArray | RegExpMatchArray | null, after = 0): string | undefined {
  const text = match?.[after + 1] ?? match?.[after + 2] ?? match?.[after + 3]
  return text?.replaceAll(/\\(['"\\])/g, '$1')
}
