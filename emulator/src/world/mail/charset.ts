/**
 * Text in the charsets of old mail. The platform decodes them all and encodes UTF-8 only, so each table is the decoder's
 * turned round: every character that one or two bytes stand for.
 */
const tables = new Map<string, Map<string, number[]>>()

/** The text in the charset; characters that it lacks become question marks. Charset names are those of `TextDecoder`. */
export function encodeText(text: string, charset: string): Buffer {
  if (/^utf-?8$/i.test(charset)) return Buffer.from(text, 'utf8')
  if (!tables.has(charset)) tables.set(charset, tableOf(charset))
  const table = tables.get(charset)!
  return Buffer.from([...text].flatMap((character) => table.get(character) ?? [0x3f]))
}

function tableOf(charset: string): Map<string, number[]> {
  const decoder = new TextDecoder(charset, { fatal: true })
  const table = new Map<string, number[]>()
  const learn = (...bytes: number[]): boolean => {
    try {
      const character = decoder.decode(Uint8Array.from(bytes))
      if ([...character].length !== 1) return false
      if (!table.has(character)) table.set(character, bytes)
      return true
    } catch {
      return false
    }
  }
  for (let first = 0; first < 256; first++)
    if (!learn(first)) for (let second = 0x30; second < 256; second++) learn(first, second)
  return table
}
