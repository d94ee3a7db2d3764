import { z } from 'zod'

/**
 * In a browser, schemas parse without code made at run time: zod otherwise tries `new Function` when the first schema is
 * defined, which Cordon's content security policy refuses and reports. So this module comes before every schema.
 */
if ('document' in globalThis) z.config({ jitless: true })
