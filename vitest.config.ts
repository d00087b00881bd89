import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{pipeline,server,db,components,scripts,bench}/**/*.test.{ts,tsx}'],
    globalSetup: ['db/testing/postgres-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What comes about in its own time: on a busy machine that is more than the second vitest gives it.
    expect: { poll: { timeout: 15_000 } },
    // The machine may have only two cores, and many suites start a database of their own.
    maxWorkers: 2,
  },
})
