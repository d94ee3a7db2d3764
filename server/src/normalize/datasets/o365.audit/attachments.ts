/** ECS `email.attachments[]`. */
export interface Attachment {
  file: { name: string; size: number; extension?: string }
}

/** A name may hold "(" and ";" itself, so only a size in bytes behind it, at a separator or the end, ends it. */
const ENTRY = /(\S.*?) \((\d+)b\)(?=;|$)/gs

/** The attachments of `invoice (1).pdf (5310b); logo.png (884b)`; none where `value` is something else. */
export function attachmentsOf(value: unknown): Attachment[] {
  if (typeof value !== 'string') return []
  return [...value.matchAll(ENTRY)].map(([, entry = '', size]) => {
    const name = entry.replace(/^;\s*/, '')
    const dot = name.lastIndexOf('.')
    const extension = dot > 0 && dot < name.length - 1 ? name.slice(dot + 1).toLowerCase() : undefined
    return { file: { name, size: Number(size), ...(extension !== undefined && { extension }) } }
  })
}
