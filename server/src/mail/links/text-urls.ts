/** Addresses that a mail client makes clickable in plain text: those with a scheme, and `www.`. Absolute, each once. */
export function textUrls(text: string): string[] {
  const found = text.match(ADDRESS) ?? []
  const urls = found.flatMap((written) => {
    const address = withoutTrailing(written)
    return URL.parse(/^www\./i.test(address) ? `http://${address}` : address)?.href ?? []
  })
  return [...new Set(urls)]
}

/** Up to a space, a quote, an angle bracket, or the punctuation that ends a sentence in a script without spaces. */
const ADDRESS = /(?:https?:\/\/|\bwww\.)[^\s<>"'`{}|\\^。，、；：！？）】」》]+/gi

/** Without what ends the sentence, not the address. */
function withoutTrailing(address: string): string {
  let end = address.length
  while (end > 0 && '.,;:!?)]*_~'.includes(address[end - 1]!)) end -= 1
  return address.slice(0, end)
}
