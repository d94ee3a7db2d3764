import type { InvestigationDraft, NamedTargets } from '#lib/investigation-draft.ts'
import { Choice, TextArea } from '#parts/field.tsx'
import { Panel } from '#parts/panel.tsx'

const KINDS: { kind: InvestigationDraft['targets']; title: string; detail: string }[] = [
  { kind: 'all', title: 'Everyone', detail: 'Every user with a mailbox.' },
  { kind: 'groups', title: 'Groups', detail: 'Their members, and those of the groups in them.' },
  { kind: 'departments', title: 'Departments', detail: 'Whoever has one of them in Entra.' },
  { kind: 'users', title: 'Named users', detail: 'Only the people listed.' },
]

const LISTS: Record<NamedTargets, { label: string; hint: string }> = {
  groups: { label: 'Groups', hint: 'By display name, mail address or object ID, one a line.' },
  departments: { label: 'Departments', hint: 'As Entra spells them, one a line.' },
  users: { label: 'Users', hint: 'User principal names, one a line.' },
}

interface Props {
  draft: InvestigationDraft
  onChange: (changes: Partial<InvestigationDraft>) => void
  error?: string | undefined
}

/** Whose mailboxes are searched. */
export function TargetsPanel({ draft, onChange, error }: Props) {
  const { targets, named } = draft
  return (
    <Panel title="In the mailboxes of">
      <div className="space-y-3 p-4">
        <div role="radiogroup" aria-label="Mailboxes" className="grid gap-2 sm:grid-cols-2">
          {KINDS.map(({ kind, title, detail }) => (
            <Choice
              key={kind}
              name="targets"
              title={title}
              detail={detail}
              checked={targets === kind}
              onChange={() => onChange({ targets: kind })}
            />
          ))}
        </div>
        {targets !== 'all' && (
          <TextArea
            {...LISTS[targets]}
            rows={3}
            spellCheck={false}
            value={named[targets]}
            error={error}
            onChange={(event) => onChange({ named: { ...named, [targets]: event.target.value } })}
          />
        )}
      </div>
    </Panel>
  )
}
