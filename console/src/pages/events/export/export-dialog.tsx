import { useState } from 'react'

import type { EventExport } from '#lib/api.ts'
import { count } from '#lib/words.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { Check, Choice } from '#parts/field.tsx'

interface Props {
  total: number
  /** Fields that the table shows. */
  columns: readonly string[]
  onExport: (options: EventExport) => void
  onClose: () => void
}

const FORMATS: { format: EventExport['format']; title: string; detail: string }[] = [
  { format: 'ndjson', title: 'NDJSON', detail: 'One JSON document a line: for scripts, jq and other event stores.' },
  { format: 'csv', title: 'CSV', detail: 'A table of text: for spreadsheets.' },
  { format: 'parquet', title: 'Parquet', detail: 'Columns, compressed: for notebooks and DuckDB.' },
]

/** As what the events are exported. */
export function ExportDialog({ total, columns, onExport, onClose }: Props) {
  const [format, setFormat] = useState<EventExport['format']>('ndjson')
  const [isAll, setAll] = useState(true)
  const [originals, setOriginals] = useState(false)
  return (
    <Dialog
      title={`Export ${count(total, 'event')}`}
      description="Every event that the search finds, oldest first; not only those in sight."
      onClose={onClose}
    >
      <div className="space-y-4">
        <fieldset className="grid gap-2 sm:grid-cols-3">
          <legend className="mb-1 text-sm font-medium">Format</legend>
          {FORMATS.map((each) => (
            <Choice
              key={each.format}
              name="format"
              title={each.title}
              detail={each.detail}
              checked={format === each.format}
              onChange={() => setFormat(each.format)}
            />
          ))}
        </fieldset>
        <fieldset className="grid gap-2 sm:grid-cols-2">
          <legend className="mb-1 text-sm font-medium">Fields</legend>
          <Choice
            name="fields"
            title="Whole events"
            detail="Every field of every event."
            checked={isAll}
            onChange={() => setAll(true)}
          />
          <Choice
            name="fields"
            title="Columns of the table"
            detail={`The time, ${columns.join(', ')}.`}
            checked={!isAll}
            onChange={() => setAll(false)}
          />
        </fieldset>
        <Check
          label="With the records as Microsoft sent them"
          hint="As event.original; the file becomes about twice as large."
          checked={originals}
          onChange={setOriginals}
        />
      </div>
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="primary"
          disabled={total === 0}
          onClick={() =>
            onExport({
              format,
              ...(originals && { originals }),
              ...(!isAll && { columns: ['@timestamp', ...columns] }),
            })
          }
        >
          Export {count(total, 'event')}
        </Button>
      </DialogActions>
    </Dialog>
  )
}
