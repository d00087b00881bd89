import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{pipeline,server,db,components,scripts,bench}/**/*.test.{ts,tsx}'],
    globalSetup: ['db/testing/postgres-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The machine may have only two cores, and many suites start a database of their own.
    maxWorkers: 2,
  },
})
