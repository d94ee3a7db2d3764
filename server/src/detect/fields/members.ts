/** A name to be looked for whatever its case. */
export interface Name {
  name: string
  folded: string
  /** Every object has something under it that is not its own. */
  isInherited: boolean
}

/** A name as {@link below} takes it. */
export function named(name: string): Name {
  return { name, folded: name.toLowerCase(), isInherited: name in Object.prototype }
}

/** What lies at a place where a list was entered on the way, or all members of an object. */
export class Several {
  readonly nodes: unknown[] = []
}

/** Where a step leads from what lies before it; undefined: nowhere. Lists are entered, and `*` is every member. */
export function below(node: unknown, step: Name): unknown {
  if (typeof node !== 'object' || node === null) return undefined
  if (!Array.isArray(node) && !(node instanceof Several) && step.name !== '*') return memberOf(node, step)
  const several = new Several()
  for (const each of node instanceof Several ? node.nodes : [node]) addBelow(each, step, several.nodes)
  return several.nodes.length > 1 ? several : several.nodes[0]
}

function addBelow(node: unknown, step: Name, found: unknown[]): void {
  if (Array.isArray(node)) for (const item of node) addBelow(item, step, found)
  else if (typeof node !== 'object' || node === null) return
  else if (step.name === '*') for (const value of Object.values(node)) found.push(value)
  else {
    const member = memberOf(node, step)
    if (member !== undefined) found.push(member)
  }
}

/** The member as it is written, else in another case. Asking for it at once costs half of asking first whether it is there. */
function memberOf(node: object, { name, folded, isInherited }: Name): unknown {
  const members = node as Readonly<Record<string, unknown>>
  const member = isInherited && !Object.hasOwn(node, name) ? undefined : members[name]
  if (member !== undefined) return member
  for (const each in node) if (each.length === name.length && each.toLowerCase() === folded) return members[each]
  return undefined
}
