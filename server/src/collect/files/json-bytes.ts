/** The bytes of JSON text that the readers tell apart. */
export const LINE_FEED = 0x0a
export const SPACE = 0x20
export const QUOTE = 0x22
export const COMMA = 0x2c
export const COLON = 0x3a
export const BACKSLASH = 0x5c
export const OPENING_BRACKET = 0x5b
export const CLOSING_BRACKET = 0x5d
export const OPENING_BRACE = 0x7b
export const CLOSING_BRACE = 0x7d

/** 1 for the bytes that mean something inside a value; nearly all others are passed over at once. */
export const STRUCTURAL = new Uint8Array(256)
for (const byte of [LINE_FEED, QUOTE, OPENING_BRACKET, CLOSING_BRACKET, OPENING_BRACE, CLOSING_BRACE]) {
  STRUCTURAL[byte] = 1
}
