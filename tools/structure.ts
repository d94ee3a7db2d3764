/**
 * The rules of the tree, as code: who may import whom (layers.json), no `../`, every unit's folder in its list, no unit
 * twice. Works on any root, so that a test can plant violations and see them found.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'

export interface Violation {
  file: string
  line: number
  rule: 'parent-import' | 'layer' | 'workspace' | 'unlisted-unit' | 'missing-list' | 'missing-cases'
  detail: string
}

interface Layers {
  server: Record<string, string[]>
  workspaces: Record<string, string[]>
}

/** Folders whose subfolders are units, and the file that lists them. */
const UNIT_LISTS = [
  { folder: 'server/src/collect/feeds', list: 'server/src/collect/feeds/index.ts' },
  { folder: 'server/src/normalize/datasets', list: 'server/src/normalize/datasets/index.ts' },
  { folder: 'server/src/respond/actions', list: 'server/src/respond/actions/index.ts' },
  { folder: 'server/src/forward/destinations', list: 'server/src/forward/destinations/index.ts' },
  { folder: 'emulator/src/services', list: 'emulator/src/services/index.ts' },
  { folder: 'emulator/src/scenarios', list: 'emulator/src/scenarios/index.ts' },
] as const

const IMPORT =
  /(?:^|\s)(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|(?:^|\s)import\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/g

/** Every violation below `root`, in the order of files. */
export function findViolations(root: string): Violation[] {
  const layers = JSON.parse(readFileSync(join(root, 'layers.json'), 'utf8')) as Layers
  return [
    ...sourceFiles(root, Object.keys(layers.workspaces)).flatMap((file) => checkImports(root, file, layers)),
    ...UNIT_LISTS.flatMap((unit) => checkUnitList(root, unit.folder, unit.list)),
    ...checkRules(root),
  ]
}

/** The `.ts` and `.tsx` files of the workspaces, relative to `root`. */
export function sourceFiles(root: string, workspaces: readonly string[]): string[] {
  return workspaces.flatMap((workspace) => {
    const folder = join(root, workspace)
    if (!existsSync(folder)) return []
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
      .filter((file) => !/(^|[\\/])(node_modules|dist)[\\/]/.test(file))
      .sort()
  })
}

function checkImports(root: string, file: string, layers: Layers): Violation[] {
  const text = readFileSync(join(root, file), 'utf8')
  const violations: Violation[] = []
  for (const match of text.matchAll(IMPORT)) {
    const specifier = match[1] ?? match[2] ?? match[3] ?? ''
    const line = text.slice(0, match.index).split('\n').length
    const problem = judgeImport(root, file, specifier, layers)
    if (problem) violations.push({ file, line, ...problem })
  }
  return violations
}

function judgeImport(
  root: string,
  file: string,
  specifier: string,
  layers: Layers,
): Pick<Violation, 'rule' | 'detail'> | undefined {
  if (specifier.startsWith('../') || specifier.includes('/../')) {
    return { rule: 'parent-import', detail: `"${specifier}" climbs out of its folder; name the layer: "#layer/…"` }
  }
  const [workspace, , layer] = file.split(sep)
  if (workspace === undefined) return undefined
  const foreign = workspaceOf(root, file, specifier, layers)
  if (foreign !== undefined && foreign !== workspace && !layers.workspaces[workspace]?.includes(packageName(foreign))) {
    return { rule: 'workspace', detail: `${workspace} may not import ${packageName(foreign)}` }
  }
  if (workspace !== 'server' || layer === undefined || layers.server[layer] === undefined) return undefined
  const target = specifier.startsWith('#')
    ? specifier.slice(1).split('/')[0]!
    : foreign !== undefined && foreign !== workspace
      ? packageName(foreign)
      : undefined
  if (target === undefined || target === layer || layers.server[layer].includes(target)) return undefined
  // A test may set the stage with what the shipped code may not touch.
  if (/\.test\.ts$|[\\/]testing[\\/]/.test(file) && specifier.startsWith('#')) return undefined
  return { rule: 'layer', detail: `${layer} may not import ${target} (layers.json)` }
}

/** The workspace that a specifier points into, by package name or by path. */
function workspaceOf(root: string, file: string, specifier: string, layers: Layers): string | undefined {
  if (specifier.startsWith('.')) {
    return relative(root, resolve(root, dirname(file), specifier)).split(sep)[0]
  }
  return Object.keys(layers.workspaces).find((name) => {
    const wanted = packageName(name)
    return specifier === wanted || specifier.startsWith(`${wanted}/`)
  })
}

function packageName(workspace: string): string {
  return workspace === 'emulator' ? 'm365-emulator' : `@cordon/${workspace}`
}

function checkUnitList(root: string, folder: string, list: string): Violation[] {
  if (!existsSync(join(root, folder))) return []
  const units = readdirSync(join(root, folder), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  if (!existsSync(join(root, list))) {
    return [{ file: list, line: 1, rule: 'missing-list', detail: `${folder} has units but no list` }]
  }
  const text = readFileSync(join(root, list), 'utf8')
  return units
    .filter((unit) => !text.includes(`'./${unit.name}/`))
    .map((unit) => ({
      file: join(folder, unit.name),
      line: 1,
      rule: 'unlisted-unit' as const,
      detail: `${unit.name} is not imported by ${list}`,
    }))
}

/** Every rule has cases that fire it and cases that must not. */
function checkRules(root: string): Violation[] {
  const folder = join(root, 'rules')
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name === 'rule.yml' && !existsSync(join(entry.parentPath, 'cases.yml')))
    .map((entry) => ({
      file: relative(root, join(entry.parentPath, entry.name)),
      line: 1,
      rule: 'missing-cases' as const,
      detail: 'a rule without cases.yml',
    }))
}
