/**
 * What has to be there before any of Cordon runs: Node 24, the packages, the built console. Plain JavaScript without
 * packages, for Node 20 and later, because this is what a bare machine runs first.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Where Node keeps what it has compiled: the command line then answers in half the time. */
export const compileCache = join(root, 'node_modules', '.cache', 'node')

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const pinnedNode = manifest.cordon.node
const neededMajor = Number(pinnedNode.split('.')[0])

/** Prints a failure as what, why and fix, and ends with exit code 1. */
export function fail(what, why, fix) {
  process.stderr.write(`${what}\n  why: ${why}\n  fix: ${fix}\n`)
  process.exit(1)
}

const say = (line) => process.stderr.write(`${line}\n`)

/** The path of a Node that can run Cordon: this one, or the pinned one fetched into the project's own `.node` folder. */
export function ensureNode() {
  if (Number(process.versions.node.split('.')[0]) >= neededMajor) return process.execPath
  const name = `node-${process.platform}-${process.arch}`
  const home = join(root, '.node')
  const node = join(home, 'node_modules', name, 'bin', 'node')
  if (runs(node)) return node
  say(`Node ${process.version} is too old for Cordon: fetching Node ${pinnedNode} into ${home}`)
  mkdirSync(home, { recursive: true })
  if (!existsSync(join(home, 'package.json'))) writeFileSync(join(home, 'package.json'), '{ "private": true }\n')
  // The log level is named because `npm run --silent` hands its silence down, and then npm would not say what failed.
  const fetched = ['install', '--prefix', home, '--no-save', '--loglevel=error', `${name}@${pinnedNode}`]
  const install = npm(process.execPath, fetched, 'pipe')
  if (install.status !== 0 || !runs(node)) {
    fail(
      `Cordon needs Node ${neededMajor} or later; this is ${process.version}.`,
      `Node ${pinnedNode} could not be fetched from the package registry: ${lastLine(install)}`,
      `Install Node ${neededMajor} or later (https://nodejs.org), or make the package registry reachable and run this again.`,
    )
  }
  return node
}

/** Installs the packages of a folder's package-lock.json unless exactly these are installed. */
export function ensureInstalled(node, folder = root) {
  const stamp = join(folder, 'node_modules', '.cordon-installed')
  const wanted = hashOf([join(folder, 'package-lock.json')])
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  say('Installing packages (about half a minute the first time)')
  const install = npm(node, ['ci', '--prefix', folder, '--no-fund', '--no-audit', '--loglevel=error'], 'pipe')
  if (install.status !== 0) {
    fail(
      'The packages could not be installed.',
      `npm ci ended with: ${lastLine(install)}`,
      'Check that the package registry is reachable and that there are 2 GB free on the disk, then run this again.',
    )
  }
  writeFileSync(stamp, wanted)
}

/** Builds the console unless its build is of exactly these sources. */
export function ensureConsole(node) {
  const dist = join(root, 'console', 'dist')
  const stamp = join(dist, '.sources')
  const wanted = hashOf([...filesBelow('console'), ...filesBelow('api'), join(root, 'package-lock.json')])
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  say('Building the console')
  const build = spawnSync(
    node,
    [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'error'],
    {
      cwd: join(root, 'console'),
      env: environment(node),
      encoding: 'utf8',
    },
  )
  if (build.status !== 0) {
    fail('The console could not be built.', lastLine(build), 'Run `npm run build -w console` to see the whole output.')
  }
  writeFileSync(stamp, wanted)
}

/** The environment for children: the chosen Node and the project's commands come first on the PATH. */
export function environment(node, more = {}) {
  const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
  return { NODE_COMPILE_CACHE: compileCache, ...process.env, PATH: path, ...more }
}

/**
 * Runs a child in the foreground and ends with its exit code. Ctrl-C reaches parent and child together, other signals the
 * parent alone, which passes them on and waits for the child's own clean stop. `passInterrupt` for children that a second
 * interrupt does not hurry: then one that was sent to the parent alone stops them as well.
 */
export function runForeground(node, args, options = {}) {
  const child = spawn(node, args, { stdio: 'inherit', env: environment(node, options.env), cwd: options.cwd })
  process.on('SIGINT', () => options.passInterrupt && child.kill('SIGINT'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => child.kill('SIGTERM'))
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}

function runs(node) {
  return existsSync(node) && spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() === `v${pinnedNode}`
}

function npm(node, args, stdio) {
  const script = process.env.npm_execpath
  const options = { cwd: root, env: environment(node), stdio: ['ignore', stdio, stdio], encoding: 'utf8' }
  return script?.endsWith('.js') ? spawnSync(node, [script, ...args], options) : spawnSync('npm', args, options)
}

/** The line of a failed command's output that tells most. */
function lastLine(result) {
  if (result.error) return result.error.message
  const lines = `${result.stdout ?? ''}\n${result.stderr ?? ''}`
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.includes('complete log of this run'))
  const telling = lines.find((line) => /reason:|ENOSPC|EACCES|ETARGET|ENOTFOUND|ECONNREFUSED/.test(line))
  return (telling ?? lines.at(-1) ?? `exit code ${result.status}`).replace(/^npm error /, '')
}

function filesBelow(folder) {
  const found = []
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name)
    if (entry.isFile() && !/[\\/](dist|node_modules)[\\/]/.test(path)) found.push(path)
  }
  return found.sort()
}

function hashOf(files) {
  const hash = createHash('sha256')
  for (const file of files) {
    if (!existsSync(file)) continue
    hash
      .update(file.slice(root.length))
      .update(String(statSync(file).size))
      .update(readFileSync(file))
  }
  return hash.digest('hex')
}
