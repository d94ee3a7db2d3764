import { defineConfig } from 'vitest/config'

/**
 * One run, several projects. `forks` because chDB crashes in worker threads. The end-to-end project runs one file at a
 * time: each starts a whole product with a browser, which fills two processors (three at a time took half as long again). Files
 * of a project that shares a process import what they have in common once, which is a fifth of the time; no test may then leave
 * anything behind in a module.
 */
const unit = (name: string, include: string[], { globalSetup = [] as string[], isolate = false } = {}) => ({
  extends: true as const,
  test: {
    name,
    include,
    globalSetup,
    isolate,
    setupFiles: ['tools/laws.ts'],
    pool: 'forks' as const,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A busy machine takes longer for what takes a moment.
    expect: { poll: { timeout: 20_000 } },
  },
})

const template = 'server/src/store/testing/records-template.ts'

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      unit('structure', ['tools/**/*.test.ts']),
      unit('api', ['api/src/**/*.test.ts']),
      unit('server', ['server/src/**/*.test.ts'], { globalSetup: [template] }),
      // Minutes of faults, kills and thousands of mailboxes: `npm run test:long`, and CI.
      unit('long', ['server/src/**/*.long.ts'], { globalSetup: [template], isolate: true }),
      unit('console', ['console/src/**/*.test.{ts,tsx}']),
      unit('emulator', ['emulator/src/**/*.test.ts']),
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.e2e.ts'],
          globalSetup: ['e2e/testing/fresh-data.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
})
