import { Page, SkeletonRows } from './panel.tsx'
import { ProblemBanner } from './problem.tsx'

interface Props {
  error: Error | null
  onRetry: () => void
}

/** A page about one thing that is not there yet: its outline, or why it cannot be had. */
export function PendingPage({ error, onRetry }: Props) {
  return <Page>{error ? <ProblemBanner error={error} onRetry={onRetry} /> : <SkeletonRows rows={8} />}</Page>
}
