/** `npm start`: installs what is missing, builds, and runs the demo: an emulated Microsoft cloud with Cordon connected to it. */
import { join } from 'node:path'

import { ensureConsole, ensureInstalled, ensureNode, root, runForeground } from './launch.mjs'

const node = ensureNode()
ensureInstalled(node)
ensureConsole(node)
runForeground(node, [join(root, 'tools', 'demo.ts'), ...process.argv.slice(2)], { passInterrupt: true })
