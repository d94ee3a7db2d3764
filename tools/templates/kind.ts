/** A kind of unit that `npm run new` can make. */
export interface Kind {
  /** What a name must look like, and one that does. */
  name: RegExp
  example: string
  /** The files of a unit, by path from the repository's root. The skeleton passes its suite as it is. */
  files(name: string): Record<string, string>
  /** The explicit list that the unit joins; a rule needs none, its folder is the list. */
  list?: { file: string; specifier(name: string): string; identifier(name: string): string }
  /** What to do now, one line each. */
  next(name: string): string[]
}

/** `graph-secure-scores` and `azure.secure_scores` as a variable: `graphSecureScores`, `azureSecureScores`. */
export function camelCase(name: string): string {
  return name.replaceAll(/[-._]+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** `disable-user` as a title: `Disable user`. */
export function sentence(name: string): string {
  const words = name.replaceAll(/[-._]+/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
