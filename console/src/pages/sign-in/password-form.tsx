import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useState, type SubmitEvent } from 'react'

import { api } from '#lib/api.ts'
import { queries } from '#lib/queries.ts'
import { Button } from '#parts/button.tsx'
import { Field } from '#parts/field.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

/** Name and password; `isSecond` where people are expected to sign in another way. */
export function PasswordForm({ next, isSecond }: { next: string | undefined; isSecond: boolean }) {
  const router = useRouter()
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const signIn = useMutation({
    mutationFn: () => api.signIn({ name, password }),
    onSuccess: (session) => {
      client.setQueryData(queries.session().queryKey, session)
      router.history.push(next ?? '/')
    },
  })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    signIn.mutate()
  }
  return (
    <form onSubmit={submit} className="space-y-4">
      {signIn.error && <ProblemBanner error={signIn.error} />}
      <Field
        label="Name"
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        required
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Button type="submit" look={isSecond ? 'secondary' : 'primary'} className="w-full" disabled={signIn.isPending}>
        {signIn.isPending ? 'Signing in…' : 'Sign in'}
      </Button>
      <p className="text-xs text-ink-3">
        The first administrator’s name and password were printed when Cordon first started.
      </p>
    </form>
  )
}
