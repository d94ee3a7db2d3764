import { choiceWords, type Setting } from '#lib/action-settings.ts'
import { Field, Select } from '#parts/field.tsx'

interface Props {
  setting: Setting
  value: unknown
  onChange: (value: string | boolean) => void
}

/** A setting of an action, as its kind is asked for. */
export function SettingField({ setting: { label, hint, kind, choices }, value, onChange }: Props) {
  if (kind === 'yes-no') {
    return (
      <label className="flex items-start gap-2.5 text-sm">
        <input
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
          className="mt-0.5 size-4"
        />
        <span>
          <span className="font-medium">{label}</span>
          {hint && <span className="block text-xs text-ink-3">{hint}</span>}
        </span>
      </label>
    )
  }
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
