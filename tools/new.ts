/** `npm run new <kind> <name>`: a unit's folder that passes its suite, and its line in the list. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { spawnSync } from 'node:child_process'

import { action } from './templates/action.ts'
import { feed } from './templates/feed.ts'
import type { Kind } from './templates/kind.ts'
import { normalizer } from './templates/normalizer.ts'
import { rule } from './templates/rule.ts'

const KINDS: Record<string, Kind> = { feed, normalizer, action, rule }

const root = dirname(import.meta.dirname)
const [kindName, name] = process.argv.slice(2)
const kind = KINDS[kindName ?? '']
if (kind === undefined || name === undefined) {
  const usage = Object.entries(KINDS).map(([each, { example }]) => `  npm run new ${each} ${example}`)
  fail(`Usage:\n${usage.join('\n')}`, 2)
}
if (!kind.name.test(name)) fail(`A ${kindName} is named like ${kind.example}; "${name}" is not.`)
const files = Object.entries(kind.files(name))
const taken = files.find(([file]) => existsSync(join(root, file)))
if (taken !== undefined) fail(`${taken[0]} exists already.`)

for (const [file, text] of files) {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
  process.stdout.write(`made     ${file}\n`)
}
const changed = files.map(([file]) => file)
if (kind.list !== undefined) {
  joinList(join(root, kind.list.file), kind.list.specifier(name), kind.list.identifier(name))
  changed.push(kind.list.file)
  process.stdout.write(`listed   ${kind.list.file}\n`)
}
spawnSync(
  'oxfmt',
  changed.filter((file) => file.endsWith('.ts')),
  { cwd: root },
)
process.stdout.write(
  `\nNow:\n${kind
    .next(name)
    .map((line, index) => `${index + 1}. ${line}`)
    .join('\n')}\n`,
)

/** Adds the import behind the last one, and the unit to the end of the one array. */
function joinList(file: string, specifier: string, identifier: string): void {
  const text = readFileSync(file, 'utf8')
  const lastImport = [...text.matchAll(/^import .*$/gm)].at(-1)!
  const end = lastImport.index + lastImport[0].length
  const imported = `${text.slice(0, end)}\nimport { ${identifier} } from '${specifier}'${text.slice(end)}`
  writeFileSync(file, imported.replace(/(= \[[^\]]*?),?\s*\]/, `$1, ${identifier}]`))
}

function fail(message: string, code = 1): never {
  process.stderr.write(`${message}\n`)
  process.exit(code)
}
