import { useState } from 'react'

import { Button } from '#parts/button.tsx'
import { Explanation } from '#parts/explanation.tsx'
import { Field } from '#parts/field.tsx'

/** Asks the rule about one stored event. */
export function ExplainPanel({ tenantId, ruleId }: { tenantId: string; ruleId: string }) {
  const [typed, setTyped] = useState('')
  const [eventId, setEventId] = useState('')
  return (
    <div className="space-y-3 p-4 text-sm">
      <form
        className="flex max-w-2xl items-start gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          setEventId(typed.trim())
        }}
      >
        <div className="min-w-0 flex-1">
          <Field
            label="Event ID"
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
            hint="event.id, as the page of events shows and copies it."
            spellCheck={false}
            className="font-mono"
          />
        </div>
        <Button type="submit" className="mt-6" disabled={typed.trim() === ''}>
          Explain
        </Button>
      </form>
      {eventId !== '' && <Explanation {...{ tenantId, ruleId, eventId }} />}
    </div>
  )
}
