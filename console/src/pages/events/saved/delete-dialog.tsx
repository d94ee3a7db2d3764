import type { SavedSearch } from '@cordon/api'

import { Button } from '#parts/button.tsx'
import { Dialog, DialogActions } from '#parts/dialog.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

interface Props {
  saved: SavedSearch
  mutation: { isPending: boolean; error: unknown }
  onDelete: () => void
  onClose: () => void
}

/** Deleting takes a search away from everybody, so it says from whom. */
export function DeleteDialog({ saved, mutation, onDelete, onClose }: Props) {
  return (
    <Dialog title={`Delete “${saved.name}”?`} onClose={onClose}>
      <p className="text-sm text-ink-2">
        {saved.createdBy} saved it for everybody who sees this tenant’s events. Links to it keep working: they hold the
        whole search.
      </p>
      {mutation.error ? <ProblemBanner error={mutation.error} /> : null}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" disabled={mutation.isPending} onClick={onDelete}>
          Delete the search
        </Button>
      </DialogActions>
    </Dialog>
  )
}
