import { Link, useRouter } from '@tanstack/react-router'

import { buttonClass } from '#parts/button.tsx'
import { Empty, Page } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

/** A page that could not be shown at all. */
export function ErrorPage({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter()
  const retry = () => {
    reset()
    void router.invalidate()
  }
  return (
    <Page>
      <ProblemBanner error={error} onRetry={retry} />
    </Page>
  )
}

export function NotFoundPage() {
  return (
    <Page>
      <Empty
        title="There is no such page"
        action={
          <Link to="/" className={buttonClass('primary')}>
            Go to the overview
          </Link>
        }
      >
        The address may be incomplete, or from another version of the console.
      </Empty>
    </Page>
  )
}
