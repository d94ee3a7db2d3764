import { defineConfig } from 'vitest/config'

/** One client after another: they share one cloud, and each leaves it as it found it or says what it changed. */
export default defineConfig({
  test: {
    include: ['clients/**/*.test.ts'],
    fileParallelism: false,
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
})
