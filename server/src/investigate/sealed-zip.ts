import { ZipWriter } from '@zip.js/zip.js'

const AES_256 = 3

/**
 * The bytes of a ZIP that opens with a password alone (AES-256), as `fill` adds to it; abandoned, it stops filling. The list of names
 * in a ZIP can be read without the password, so names must tell nothing.
 */
export function sealedZip(
  password: string,
  fill: (zip: ZipWriter<unknown>) => Promise<void>,
): ReadableStream<Uint8Array> {
  let out: TransformStreamDefaultController<Uint8Array>
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
    start: (controller) => void (out = controller),
  })
  const zip = new ZipWriter(writable, { password, encryptionStrength: AES_256, useWebWorkers: false })
  fill(zip)
    .then(() => zip.close())
    .catch((error: unknown) => out.error(error))
  return readable
}
