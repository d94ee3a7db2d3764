import { openAsBlob } from 'node:fs'

import { BlobReader, TextWriter, ZipReader } from '@zip.js/zip.js'
import { z } from 'zod'

const Manifest = z.object({
  messages: z.array(z.unknown()),
  missing: z.array(z.object({ userPrincipalName: z.string(), subject: z.string(), why: z.string() })),
})
type Manifest = z.infer<typeof Manifest>

/** What an archive of messages says of itself; read back from the file, so it also proves that the password opens it. */
export async function readManifest(file: string, password: string): Promise<Manifest> {
  const zip = new ZipReader(new BlobReader(await openAsBlob(file)), { password, useWebWorkers: false })
  const entry = (await zip.getEntries()).find(({ filename }) => filename === 'manifest.json')
  if (!entry || entry.directory) throw new Error(`${file} has no manifest.`)
  return Manifest.parse(JSON.parse(await entry.getData(new TextWriter())))
}
