const DASH = 0x2d

/** True for a GUID in its usual spelling, either case. By hand: a record has half a dozen, and a pattern costs ten times as much. */
export function isGuid(text: string): boolean {
  if (text.length !== 36) return false
  for (let at = 0; at < 36; at += 1) {
    const code = text.charCodeAt(at)
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (code !== DASH) return false
    } else if (!isHexDigit(code)) {
      return false
    }
  }
  return true
}

function isHexDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66) || (code >= 0x41 && code <= 0x46)
}
