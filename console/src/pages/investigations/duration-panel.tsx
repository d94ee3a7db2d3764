import type { InvestigationDraft } from '#lib/investigation-draft.ts'
import { Check, Choice, Field } from '#parts/field.tsx'
import { Panel } from '#parts/panel.tsx'

const DURATIONS: { kind: InvestigationDraft['duration']; title: string; detail: string }[] = [
  { kind: 'once', title: 'Once', detail: 'What is there now.' },
  { kind: 'until', title: 'Until a moment', detail: 'Then watches new mail until then.' },
  { kind: 'standing', title: 'Standing', detail: 'Then watches new mail, day and night.' },
]

interface Props {
  draft: InvestigationDraft
  onChange: (changes: Partial<InvestigationDraft>) => void
}

/** How long it looks, and whether it may take the short way. */
export function DurationPanel({ draft, onChange }: Props) {
  return (
    <Panel title="When and how">
      <div className="space-y-3 p-4">
        <div role="radiogroup" aria-label="How long" className="grid gap-2 sm:grid-cols-3">
          {DURATIONS.map(({ kind, title, detail }) => (
            <Choice
              key={kind}
              name="duration"
              title={title}
              detail={detail}
              checked={draft.duration === kind}
              onChange={() => onChange({ duration: kind })}
            />
          ))}
        </div>
        {draft.duration === 'until' && (
          <Field
            label="Watch until"
            type="datetime-local"
            required
            value={draft.until}
            onChange={(event) => onChange({ until: event.target.value })}
            hint={`Your time zone: ${new Intl.DateTimeFormat().resolvedOptions().timeZone}.`}
          />
        )}
        {draft.duration === 'standing' && (
          <Field
            label="Stop by itself after so many days without a new hit"
            type="number"
            required
            min={1}
            max={365}
            className="max-w-28"
            value={draft.quietDays}
            onChange={(event) => onChange({ quietDays: event.target.value })}
          />
        )}
        <div role="radiogroup" aria-label="Method" className="grid gap-2 sm:grid-cols-2">
          <Choice
            name="method"
            title="Ask Microsoft first"
            detail="Message trace and hunting may name every delivery within seconds; mailboxes are searched where they may not know all."
            checked={!draft.scan}
            onChange={() => onChange({ scan: false })}
          />
          <Choice
            name="method"
            title="Search every mailbox"
            detail="Whatever the records say: slower, and finds copies that were moved in, forwarded or written there."
            checked={draft.scan}
            onChange={() => onChange({ scan: true })}
          />
        </div>
        <Check
          label="Then follow what was found"
          hint="Who opened, answered, passed on and clicked it; and copies that came of that, whose mailbox ever: they become hits too."
          checked={draft.followUp}
          onChange={(followUp) => onChange({ followUp })}
        />
      </div>
    </Panel>
  )
}
