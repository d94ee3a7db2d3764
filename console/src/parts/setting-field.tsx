import { choiceWords, type Setting, type SettingValue } from '#lib/settings.ts'

import { Check, Field, ListField, Select } from './field.tsx'

interface Props {
  setting: Setting
  value: unknown
  onChange: (value: SettingValue) => void
  error?: string | undefined
}

/** A setting of an action or a feed, as its kind is asked for. */
export function SettingField({ setting, value, onChange, error }: Props) {
  const { label, hint, kind, choices, unit, least, most, isNeeded: required } = setting
  switch (kind) {
    case 'yes-no':
      return <Check {...{ label, hint }} checked={value === true} onChange={onChange} />
    case 'choice':
      return (
        <Select {...{ label, hint, error }} value={String(value)} onChange={(event) => onChange(event.target.value)}>
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {choiceWords(choice)}
            </option>
          ))}
        </Select>
      )
    case 'choices':
      return <Choices {...{ setting, error, onChange }} chosen={Array.isArray(value) ? value.map(String) : []} />
    case 'list':
      return <ListField {...{ label, hint, error, onChange }} texts={Array.isArray(value) ? value.map(String) : []} />
    case 'number':
      return (
        <Field
          label={unit ? `${label} (${unit})` : label}
          {...{ hint, error }}
          type="number"
          className="max-w-40"
          min={least}
          max={most}
          required={required}
          value={typeof value === 'number' ? value : ''}
          onChange={({ target }) => onChange(Number.isNaN(target.valueAsNumber) ? '' : target.valueAsNumber)}
        />
      )
    case 'text':
      return (
        <Field
          {...{ label, hint, error, required }}
          value={String(value)}
          onChange={(event) => onChange(event.target.value)}
        />
      )
  }
}

interface ChoicesProps extends Pick<Props, 'setting' | 'error' | 'onChange'> {
  chosen: string[]
}

/** Some of several; the order stays that of the schema. */
function Choices({ setting: { label, hint, choices }, chosen, error, onChange }: ChoicesProps) {
  const toggle = (choice: string, isChosen: boolean) =>
    onChange(choices.filter((each) => (each === choice ? isChosen : chosen.includes(each))))
  return (
    <fieldset className="space-y-1">
      <legend className="text-sm font-medium">{label}</legend>
      <div className="flex flex-wrap gap-x-4 gap-y-1">
        {choices.map((choice) => (
          <label key={choice} className="flex items-center gap-1.5 text-sm max-sm:min-h-9">
            <input
              type="checkbox"
              className="size-4"
              checked={chosen.includes(choice)}
              onChange={(event) => toggle(choice, event.target.checked)}
            />
            {choiceWords(choice)}
          </label>
        ))}
      </div>
      {hint && <p className="text-xs text-ink-3">{hint}</p>}
      {error && (
        <p role="alert" className="text-xs font-medium text-bad">
          {error}
        </p>
      )}
    </fieldset>
  )
}
