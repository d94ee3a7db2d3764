/**
 * `decide` remembered per operation: a tenant has a few hundred operations and millions of records. Forgets everything when
 * somebody sends ever new names.
 */
export function byOperation<Answer>(decide: (operation: string) => Answer): (operation: string) => Answer {
  const known = new Map<string, Answer>()
  return (operation) => {
    const answer = known.get(operation)
    if (answer !== undefined) return answer
    if (known.size >= MAX_OPERATIONS) known.clear()
    const decided = decide(operation)
    known.set(operation, decided)
    return decided
  }
}

const MAX_OPERATIONS = 2000
