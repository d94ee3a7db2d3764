import type { Destination, DestinationKind } from '@cordon/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type SubmitEvent } from 'react'

import { tenantApi } from '#lib/api.ts'
import { draftOf, newDraft, requestOf, type DestinationDraft } from '#lib/destination-draft.ts'
import { queries } from '#lib/queries.ts'
import { settingsOf } from '#lib/settings.ts'
import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { Check, Field, ListField, Select, TextArea } from '#parts/field.tsx'
import { ProblemBanner } from '#parts/problem.tsx'
import { SettingField } from '#parts/setting-field.tsx'

interface Props {
  tenantId: string
  kinds: readonly DestinationKind[]
  /** The one to change; a new one when absent. */
  destination?: Destination
  onClose: () => void
}

export function DestinationForm({ tenantId, kinds, destination, onClose }: Props) {
  const client = useQueryClient()
  const [draft, setDraft] = useState(() => (destination ? draftOf(destination) : newDraft(kinds[0]!.id)))
  const kind = kinds.find(({ id }) => id === draft.kind) ?? kinds[0]!
  const change = (changes: Partial<DestinationDraft>) => setDraft({ ...draft, ...changes })
  const save = useMutation({
    mutationFn: () => {
      const { kind: _kind, from, ...rest } = requestOf(draft, kind)
      if (destination) return tenantApi(tenantId).changeDestination(destination.id, rest)
      return tenantApi(tenantId).createDestination({ ...rest, kind: kind.id, from })
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: queries.destinations(tenantId).queryKey })
      onClose()
    },
  })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <Dialog
      onClose={onClose}
      title={destination ? `Edit ${destination.name}` : 'New destination'}
      description={kind.summary}
    >
      <form onSubmit={submit} className="space-y-4">
        {save.error && <ProblemBanner error={save.error} />}
        <div className="grid items-start gap-4 sm:grid-cols-2">
          {!destination && (
            <Select
              label="Kind"
              value={draft.kind}
              onChange={({ target }) => change({ kind: target.value, options: {}, secret: '' })}
            >
              {kinds.map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </Select>
          )}
          <Field
            label="Name"
            required
            maxLength={100}
            placeholder="SIEM"
            value={draft.name}
            onChange={({ target }) => change({ name: target.value })}
          />
          <Settings {...{ kind, draft, change }} />
          {kind.secret && (
            <Field
              label={kind.secret.title}
              type="password"
              autoComplete="off"
              hint={kind.secret.why}
              placeholder={destination?.hasSecret ? 'kept; enter another to replace it' : undefined}
              value={draft.secret}
              onChange={({ target }) => change({ secret: target.value })}
            />
          )}
        </div>
        <What {...{ draft, change }} isNew={!destination} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={save.isPending}>
            {destination ? 'Save' : 'Add destination'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

interface PartProps {
  draft: DestinationDraft
  change: (changes: Partial<DestinationDraft>) => void
}

/** Out of the kind's own schema. A certificate has lines, which a field of one line would join. */
function Settings({ kind, draft, change }: PartProps & { kind: DestinationKind }) {
  return settingsOf(kind).map((setting) => {
    const { name, hint, initial } = setting
    const value = draft.options[name] ?? initial
    const set = (entered: typeof initial) => change({ options: { ...draft.options, [name]: entered } })
    if (name !== 'ca') return <SettingField key={name} {...{ setting, value }} onChange={set} />
    return (
      <TextArea
        key={name}
        label="Authorities to trust"
        hint={hint}
        rows={3}
        spellCheck={false}
        placeholder="-----BEGIN CERTIFICATE-----"
        className="font-mono text-xs"
        value={String(value)}
        onChange={({ target }) => set(target.value)}
      />
    )
  })
}

function What({ draft, change, isNew }: PartProps & { isNew: boolean }) {
  return (
    <fieldset className="space-y-3 border-t border-line pt-4">
      <legend className="sr-only">What is sent</legend>
      <Check label="Send events" checked={draft.events} onChange={(events) => change({ events })} />
      {draft.events && (
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <ListField
            label="Only these datasets"
            hint="All of them when empty."
            texts={draft.datasets}
            onChange={(datasets) => change({ datasets })}
          />
          <Field
            label="Only what fits a query"
            hint="As on the Events page; everything when empty."
            spellCheck={false}
            className="font-mono text-xs"
            placeholder="event.outcome : failure"
            value={draft.query}
            onChange={({ target }) => change({ query: target.value })}
          />
        </div>
      )}
      <Check
        label="Send alerts"
        hint="When they are opened, gain events, or are closed."
        checked={draft.alerts}
        onChange={(alerts) => change({ alerts })}
      />
      {isNew && (
        <Check
          label="Begin with everything that is stored already"
          hint="Otherwise with what comes from now on."
          checked={draft.fromBeginning}
          onChange={(fromBeginning) => change({ fromBeginning })}
        />
      )}
    </fieldset>
  )
}
