import type { Item } from './item.ts'

/** The HTML body of an item: its own, or its text with links made clickable. */
export const htmlOf = (item: Item): string => item.html ?? htmlFrom(item.text)

export function htmlFrom(text: string): string {
  const linked = escapeHtml(text).replaceAll(/https:\/\/[^\s<]+/g, (url) => `<a href="${url}">${url}</a>`)
  const paragraphs = linked.split('\n\n').map((paragraph) => `<p>${paragraph.replaceAll('\n', '<br>')}</p>`)
  return htmlPage(paragraphs.join(''))
}

/** A whole document, as Exchange keeps it. */
export const htmlPage = (body: string): string =>
  `<html><head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>${body}</body></html>`

export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', '#39': "'" }

/** What a reader without HTML sees: paragraphs parted by blank lines. */
export const textFrom = (html: string): string =>
  html
    .replaceAll(/<(style|script|head|title)\b[^>]*>.*?<\/\1>/gis, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/<br\s*\/?>/gi, '\n')
    .replaceAll(/<\/(p|div|tr|h\d|li|table)>/gi, '\n\n')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(amp|lt|gt|quot|nbsp|#39);/g, (_, name: string) => ENTITIES[name]!)
    .replaceAll(/[ \t]*\n[ \t]*/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
