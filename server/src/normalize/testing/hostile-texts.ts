/** What makes a careless pattern or loop take the square of a text's length: beginnings without an end, over and over. */
const PATTERNS = [
  'a',
  ' ',
  '.',
  '1',
  ':',
  '"',
  '\\',
  'a@',
  '@;',
  '[',
  '{"',
  '(1',
  ' (1b',
  ' (1b);',
  '-a (',
  '-a "',
  '-a -b ',
  '_',
  'a_#ext#@',
  '1 1.1',
  '/a',
  '<1>1 ',
]

/** Texts of about `length` characters that no parser may take more than its time for. */
export function hostileTexts(length: number): string[] {
  return PATTERNS.map((pattern) => pattern.repeat(Math.ceil(length / pattern.length)))
}
