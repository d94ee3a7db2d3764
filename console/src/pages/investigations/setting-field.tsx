import { choiceWords, type Setting } from '#lib/action-settings.ts'
import { Check, Field, Select } from '#parts/field.tsx'

interface Props {
  setting: Setting
  value: unknown
  onChange: (value: string | boolean) => void
}

/** A setting of an action, as its kind is asked for. */
export function SettingField({ setting: { label, hint, kind, choices }, value, onChange }: Props) {
  if (kind === 'yes-no') return <Check {...{ label, hint }} checked={value === true} onChange={onChange} />
  if (kind === 'choice') {
    return (
      <Select label={label} hint={hint} value={String(value)} onChange={(event) => onChange(event.target.value)}>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {choiceWords(choice)}
          </option>
        ))}
      </Select>
    )
  }
  return <Field label={label} hint={hint} value={String(value)} onChange={(event) => onChange(event.target.value)} />
}
