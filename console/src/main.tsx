import './app.css'

import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { startPreferences } from '#lib/preferences.ts'

import { router } from './router.tsx'

startPreferences()
createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <QueryClientProvider client={router.options.context.client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
