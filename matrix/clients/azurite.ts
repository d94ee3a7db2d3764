import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Microsoft's storage emulator, in memory: for what clients keep in blobs. */
export async function startAzurite(): Promise<{ connectionString: string; stop: () => Promise<void> }> {
  const bin = join(import.meta.dirname, '..', 'node_modules', '.bin', 'azurite-blob')
  const flags = ['--blobHost', '127.0.0.1', '--blobPort', '0', '--inMemoryPersistence', '--skipApiVersionCheck']
  const child = spawn(bin, [...flags, '--disableTelemetry'], { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /listens on (http:\S+)/.exec(line)?.[1]
    if (url === undefined) continue
    // The account and key that every Azurite has.
    child.stdout.resume()
    const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='
    return {
      connectionString: `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${key};BlobEndpoint=${url}/devstoreaccount1;`,
      stop: async () => {
        child.kill('SIGTERM')
        if (child.exitCode === null) await once(child, 'exit')
      },
    }
  }
  throw new Error('Azurite ended before it listened.')
}
