import type { Action } from '@cordon/api'

/** A setting of an action, as a form asks for it. */
export interface Setting {
  name: string
  label: string
  hint?: string
  kind: 'text' | 'yes-no' | 'choice'
  choices: string[]
  initial: string | boolean
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

/** Settings out of the JSON Schema that the action came with; those of a kind that no form can ask for keep their defaults. */
export function settingsOf({ options }: Pick<Action, 'options'>): Setting[] {
  const properties = options?.['properties']
  return isRecord(properties) ? Object.entries(properties).flatMap(([name, schema]) => settingOf(name, schema)) : []
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function settingOf(name: string, schema: unknown): Setting[] {
  if (!isRecord(schema)) return []
  const { type, description, default: initial } = schema
  const choices = Array.isArray(schema['enum']) ? schema['enum'].map(String) : []
  const kind = choices.length > 0 ? 'choice' : type === 'boolean' ? 'yes-no' : type === 'string' ? 'text' : undefined
  if (kind === undefined) return []
  const words = name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  const label = `${words[0]!.toUpperCase()}${words.slice(1)}`
  return [
    {
      name,
      label,
      kind,
      choices,
      initial: kind === 'yes-no' ? initial === true : typeof initial === 'string' ? initial : (choices[0] ?? ''),
      ...(typeof description === 'string' && { hint: description }),
    },
  ]
}
