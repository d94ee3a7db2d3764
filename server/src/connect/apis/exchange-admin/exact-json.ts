/**
 * JSON with numbers that a double cannot hold: Exchange writes bare 64-bit integers (`"RuleIdentity":15394007230974001153`).
 * They become values that `JSON.stringify` writes as they were; `undefined` when it is no JSON.
 */
export function parseExactly(text: string): unknown {
  try {
    return JSON.parse(text, (_, value: unknown, context?: { source?: string }) => {
      const source = context?.source
      return typeof value === 'number' && source !== undefined && String(value) !== source
        ? JSON.rawJSON(source)
        : value
    })
  } catch {
    return undefined
  }
}

declare global {
  interface JSON {
    /** Not in the compiler's library yet. */
    rawJSON(text: string): object
  }
}
