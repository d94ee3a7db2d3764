import type { FileReply } from './http.ts'

/** Hands a file to the browser's downloads. */
export function saveFile({ name, bytes }: FileReply): void {
  const href = URL.createObjectURL(bytes)
  const link = document.createElement('a')
  link.href = href
  link.download = name
  link.click()
  // The browser has taken hold of it by the time it next has nothing to do.
  setTimeout(() => URL.revokeObjectURL(href), 60_000)
}
