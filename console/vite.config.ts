import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The console is static files: `cordon up` serves `dist`; `vite` alone serves the sources and asks a running Cordon. */
export default defineConfig({
  plugins: [react(), tailwindcss()],
  // The server's content security policy allows no data: fonts, so nothing is inlined.
  build: { target: 'es2023', assetsInlineLimit: 0 },
  server: { proxy: { '/api': process.env['CORDON_URL'] ?? 'http://127.0.0.1:8420' } },
})
