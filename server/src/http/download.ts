import type { Download } from '#app/evidence.ts'

/** A file as the reply to a request, sent while it is made. */
export function fileOf({ name, mediaType, bytes }: Download, headers: Record<string, string> = {}): Response {
  const disposition = `attachment; filename="${name}"`
  return new Response(bytes, { headers: { 'content-type': mediaType, 'content-disposition': disposition, ...headers } })
}
