/** Forms out of the JSON Schemas that actions and feeds come with. */

export type SettingValue = string | boolean | number | string[]

/** One setting, as a form asks for it. */
export interface Setting {
  name: string
  label: string
  hint?: string
  /** `choices` are several of a list, `list` is texts of one's own. */
  kind: 'text' | 'yes-no' | 'choice' | 'number' | 'choices' | 'list'
  choices: string[]
  initial: SettingValue
  /** It has no default. */
  isNeeded?: true
  /** Of a number. */
  unit?: string
  least?: number
  most?: number
}

/** Outlook's colors of categories, from preset0 on, and Defender's ways to delete, as their own interfaces call them. */
const COLORS =
  'Red, Orange, Brown, Yellow, Green, Teal, Olive, Blue, Purple, Cranberry, Steel, Dark steel, Gray, Dark gray, Black, Dark red, Dark orange, Dark brown, Dark yellow, Dark green, Dark teal, Dark olive, Dark blue, Dark purple, Dark cranberry'
const CHOICE_WORDS: Record<string, string> = {
  ...Object.fromEntries(COLORS.split(', ').map((color, index) => [`preset${index}`, color])),
  hardDelete: 'Hard delete',
  softDelete: 'Soft delete',
}

/** A value of a setting in words. */
export const choiceWords = (value: string) => CHOICE_WORDS[value] ?? value

/** The settings of something with options; those of a kind that no form can ask for keep their defaults. */
export function settingsOf({ options }: { options?: Record<string, unknown> | undefined }): Setting[] {
  const properties = options?.['properties']
  if (!isRecord(properties)) return []
  const needed = textsOf(options?.['required'])
  return Object.entries(properties)
    .flatMap(([name, schema]) => settingOf(name, schema))
    .map((setting) => (needed.includes(setting.name) ? { ...setting, isNeeded: true as const } : setting))
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const textsOf = (value: unknown) => (Array.isArray(value) ? value.map(String) : [])
const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined)

/** JSON Schema says of every integer that it is one a computer can count with. */
const isLimit = (value: number | undefined): value is number => value !== undefined && Number.isSafeInteger(value + 1)

function settingOf(name: string, schema: unknown): Setting[] {
  if (!isRecord(schema)) return []
  const kind = kindOf(schema)
  if (kind === undefined) return []
  const { items, default: initial, description, minimum, maximum } = schema
  const [, bare = name, unit] = (kind === 'number' && /^(.+)(Seconds|Minutes|Hours|Days)$/.exec(name)) || []
  const choices = textsOf(kind === 'choices' && isRecord(items) ? items['enum'] : schema['enum'])
  const [least, most] = [numberOf(minimum), numberOf(maximum)]
  return [
    {
      name,
      label: settingLabel(bare),
      kind,
      choices,
      initial: initialOf(kind, initial, choices),
      ...(typeof description === 'string' && { hint: description }),
      ...(unit && { unit: unit.toLowerCase() }),
      ...(isLimit(least) && { least }),
      ...(isLimit(most) && { most }),
    },
  ]
}

function kindOf({ type, enum: choices, items }: Record<string, unknown>): Setting['kind'] | undefined {
  if (textsOf(choices).length > 0) return 'choice'
  if (type === 'boolean') return 'yes-no'
  if (type === 'string') return 'text'
  if (type === 'integer' || type === 'number') return 'number'
  if (type !== 'array' || !isRecord(items)) return undefined
  if (textsOf(items['enum']).length > 0) return 'choices'
  return items['type'] === 'string' ? 'list' : undefined
}

function initialOf(kind: Setting['kind'], initial: unknown, choices: string[]): SettingValue {
  if (kind === 'yes-no') return initial === true
  if (kind === 'choices' || kind === 'list') return textsOf(initial)
  if (kind === 'number') return numberOf(initial) ?? ''
  return typeof initial === 'string' ? initial : (choices[0] ?? '')
}

/** Names whose capitals are no beginnings of words. */
const NAMES: Record<string, string> = {
  filter: 'Filter (OData)',
  dlpRuleModes: 'DLP rule modes',
  preludeSecurity: 'Prelude Security',
  url: 'Address',
  sourcetype: 'Source type',
}

/** `detectionSources` as people read it. */
export function settingLabel(name: string): string {
  const spaced = name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return NAMES[name] ?? `${spaced[0]!.toUpperCase()}${spaced.slice(1)}`
}

/** The settings that differ from their defaults; a setting that was emptied goes back to its default. */
export function changedOnly(settings: readonly Setting[], values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => {
      const setting = settings.find((each) => each.name === name)
      if (setting === undefined) return true
      if (setting.kind === 'number' && value === '') return false
      return JSON.stringify(value) !== JSON.stringify(setting.initial)
    }),
  )
}
