import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { z } from 'zod'

const MANIFEST = join(import.meta.dirname, '../../package.json')

/** Cordon's own version, from its package. */
export const VERSION = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(MANIFEST, 'utf8'))).version
