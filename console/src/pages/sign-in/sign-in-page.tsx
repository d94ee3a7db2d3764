import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'

import { api } from '#lib/api.ts'
import { ApiError } from '#lib/http.ts'
import { queries } from '#lib/queries.ts'
import { buttonClass } from '#parts/button.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { PasswordForm } from './password-form.tsx'

const route = getRouteApi('/sign-in')

/** The ways to sign in, and why the last try with Microsoft failed. */
export function SignInPage() {
  const { next } = route.useSearch()
  const { data, error, refetch } = useQuery(queries.signInWays())
  const directories = data?.directories ?? []
  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <div className="w-full max-w-sm space-y-4 rounded-xl border border-line bg-surface p-6">
        <div className="flex items-center gap-3">
          <img src="/favicon.svg" alt="" className="size-9" />
          <div>
            <h1 className="text-lg font-semibold">Sign in to Cordon</h1>
            <p className="text-sm text-ink-2">Incident response for Microsoft 365</p>
          </div>
        </div>
        {error && <ProblemBanner error={error} onRetry={() => void refetch()} />}
        {data?.problem && <ProblemBanner error={new ApiError(data.problem)} />}
        {directories.map(({ id, name }) => (
          <a key={id} href={api.signOnAddress(id, next)} className={buttonClass('primary', 'w-full')}>
            {directories.length === 1 ? 'Sign in with Microsoft' : `Sign in with Microsoft: ${name}`}
          </a>
        ))}
        {data?.passwords && directories.length > 0 && (
          <p className="flex items-center gap-3 text-xs text-ink-3 before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
            or with a password of Cordon
          </p>
        )}
        {data?.passwords && <PasswordForm next={next} isSecond={directories.length > 0} />}
      </div>
    </main>
  )
}
