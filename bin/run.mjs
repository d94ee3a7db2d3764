/** `node bin/run.mjs <file.ts | command> …`: a script or an installed command, after making sure that all of it is there. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { ensureInstalled, ensureNode, fail, root, runForeground } from './launch.mjs'

const [what, ...rest] = process.argv.slice(2)
if (what === undefined)
  fail('Nothing to run.', 'No command was given.', 'Use `node bin/run.mjs <file.ts | command> …`.')
const node = ensureNode()
ensureInstalled(node)
const target = what.endsWith('.ts') ? resolve(what) : join(root, 'node_modules', '.bin', what)
if (!existsSync(target)) fail(`Could not run ${what}.`, `${target} does not exist.`, 'Check the name.')
runForeground(node, [target, ...rest])
