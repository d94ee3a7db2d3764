import { Link, useRouter } from '@tanstack/react-router'

import { buttonClass } from '#parts/button.tsx'
import { Page, PageHeader } from '#parts/panel.tsx'
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
      <PageHeader title="This page could not be shown" />
      <ProblemBanner error={error} onRetry={retry} />
    </Page>
  )
}

export function NotFoundPage() {
  return (
    <Page>
      <PageHeader title="There is no such page" />
      <p className="max-w-prose text-ink-2">The address may be incomplete, or from another version of the console.</p>
      <Link to="/" className={`${buttonClass('primary')} self-start`}>
        Go to the overview
      </Link>
    </Page>
  )
}
