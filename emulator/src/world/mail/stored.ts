import type { Attachment, Item } from './item.ts'

/** An item as it is written down with a change: plain JSON. */
export interface StoredItem extends Omit<Item, 'attachments'> {
  attachments: readonly StoredAttachment[]
}

export interface StoredAttachment extends Omit<Attachment, 'content' | 'item'> {
  base64: string
  item?: StoredItem
}

export const store = (item: Item): StoredItem => ({ ...item, attachments: item.attachments.map(storeAttachment) })

export const restore = (stored: StoredItem): Item => ({
  ...stored,
  attachments: stored.attachments.map(restoreAttachment),
})

export function storeAttachment({ content, item, ...rest }: Attachment): StoredAttachment {
  return { ...rest, base64: content.toString('base64'), ...(item ? { item: store(item) } : {}) }
}

export function restoreAttachment({ base64, item, ...rest }: StoredAttachment): Attachment {
  return {
    ...rest,
    size: rest.size ?? (item ? base64.length : Buffer.byteLength(base64, 'base64')),
    // Decoded when asked for: a list of messages does without.
    get content() {
      return Buffer.from(base64, 'base64')
    },
    ...(item ? { item: restore(item) } : {}),
  }
}
