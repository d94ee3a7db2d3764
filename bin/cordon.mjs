#!/usr/bin/env node
/** `npx cordon …`: installs what is missing and runs the command line with a Node that can run it. */
import module from 'node:module'
import { join } from 'node:path'

import { compileCache, ensureConsole, ensureInstalled, ensureNode, root, runForeground } from './launch.mjs'

const node = ensureNode()
ensureInstalled(node)
if (process.argv[2] === 'up') ensureConsole(node)
const main = join(root, 'server', 'src', 'cli', 'main.ts')
// The same Node: no second process, so that signals, standard input and exit codes are simply ours.
if (node === process.execPath) {
  module.enableCompileCache(compileCache)
  // The processes that it starts load the same modules.
  process.env.NODE_COMPILE_CACHE ??= compileCache
  await import(main)
} else runForeground(node, [main, ...process.argv.slice(2)], { passInterrupt: true })
