import type { Body } from './marks.ts'

/** By which Cordon knows its own banner again. */
const MARK = 'cordon-warning'

/** `body` with a banner above its text. The text itself stays as it is, character by character. */
export function withBanner(body: Body, text: string): Body {
  if (hasBanner(body)) return body
  if (body.contentType.toLowerCase() !== 'html') return { ...body, content: `[${MARK}] ${text}\r\n\r\n${body.content}` }
  const banner = `<div id="${MARK}" style="background:#fde7e9;border:1px solid #a4262c;color:#a4262c;padding:12px">${escape(text)}</div>`
  const start = /<body[^>]*>/i.exec(body.content)
  const at = start ? start.index + start[0].length : 0
  return { ...body, content: `${body.content.slice(0, at)}${banner}${body.content.slice(at)}` }
}

/** Exchange may write other attributes and spaces than it was given, but keeps the mark. */
export function hasBanner({ content }: Body): boolean {
  return content.includes(MARK)
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
