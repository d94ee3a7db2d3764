/** ECS `email.attachments[]`. */
export interface Attachment {
  file: { name: string; size: number; extension?: string }
}

/** A name may hold "(" and ";" itself, so only a size in bytes, at a separator or the end, ends it. */
const SIZE = /\s\((\d+)b\)(?:;\s*|$)/g

/** The attachments of `invoice (1).pdf (5310b); logo.png (884b)`; none where `value` is something else. */
export function attachmentsOf(value: unknown): Attachment[] {
  if (typeof value !== 'string') return []
  const attachments: Attachment[] = []
  let start = 0
  for (const match of value.matchAll(SIZE)) {
    const name = value.slice(start, match.index)
    const dot = name.lastIndexOf('.')
    const extension = dot > 0 && dot < name.length - 1 ? name.slice(dot + 1).toLowerCase() : undefined
    attachments.push({ file: { name, size: Number(match[1]), ...(extension !== undefined && { extension }) } })
    start = match.index + match[0].length
  }
  return attachments
}
