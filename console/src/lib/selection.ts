/** Which rows are meant, of lists so long that no page ever has them all: all but some, or only some. */
export interface Selection {
  base: 'all' | 'none'
  except: ReadonlySet<string>
}

export const ALL: Selection = { base: 'all', except: new Set() }
export const NONE: Selection = { base: 'none', except: new Set() }

export function isSelected({ base, except }: Selection, id: string): boolean {
  return (base === 'all') !== except.has(id)
}

/** The selection with this row in it or not. */
export function select(selection: Selection, id: string, on: boolean): Selection {
  if (isSelected(selection, id) === on) return selection
  const except = new Set(selection.except)
  if (!except.delete(id)) except.add(id)
  return { ...selection, except }
}

/** How many of `total` rows are selected. */
export function selectedOf({ base, except }: Selection, total: number): number {
  return base === 'all' ? Math.max(0, total - except.size) : except.size
}
