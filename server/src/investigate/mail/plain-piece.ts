/**
 * The longest piece of plain ASCII in a text that must be contained: how Microsoft folds case and accents beyond ASCII is
 * documented nowhere, and a piece of what must be contained must be contained too. Undefined when it is too short to find
 * anything by.
 */
export function plainPiece(text: string): string | undefined {
  const pieces = (text.normalize('NFC').match(/[\x20-\x7e]+/g) ?? []).map((piece) => piece.trim())
  const longest = pieces.reduce((best, piece) => (piece.length > best.length ? piece : best), '')
  return longest.length < 3 ? undefined : longest
}
