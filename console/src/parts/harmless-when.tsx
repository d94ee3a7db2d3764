/** What a rule's author says may set it off without harm; nothing where that is not said. */
export function HarmlessWhen({ cases }: { cases: readonly string[] }) {
  if (cases.length === 0) return null
  return (
    <div>
      <p className="text-ink-3">It may be harmless when</p>
      <ul className="list-disc pl-5 text-ink-2">
        {cases.map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
    </div>
  )
}
