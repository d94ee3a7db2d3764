import type { ChangeEvent } from 'react'
import { useId } from 'react'

import { buttonClass } from '#parts/button.tsx'
import { TextArea } from '#parts/field.tsx'

interface Props {
  label: string
  begins: string
  value: string
  onChange: (pem: string) => void
  isOptional?: boolean
}

/** PEM text, pasted or read from a file; the file stays in the browser until the form is sent. */
export function PemField({ label, begins, value, onChange, isOptional = false }: Props) {
  const id = useId()
  const read = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0]
    if (file) onChange(await file.text())
  }
  return (
    <div className="space-y-1.5">
      <TextArea
        label={label}
        rows={5}
        required={!isOptional}
        spellCheck={false}
        autoComplete="off"
        placeholder={begins}
        className="font-mono text-xs"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        error={value === '' || value.includes('-----BEGIN') ? undefined : 'PEM text starts with a BEGIN line.'}
      />
      <label
        htmlFor={id}
        className={buttonClass('secondary', 'has-focus-visible:outline-2 has-focus-visible:outline-accent')}
      >
        Read from a file
        <input
          id={id}
          type="file"
          aria-label={`${label} file`}
          accept=".pem,.crt,.cer,.key"
          onChange={(event) => void read(event)}
          className="sr-only"
        />
      </label>
    </div>
  )
}
