import { spawnSync } from 'node:child_process'

/**
 * The property tests of scheduler and executor over as many random pipelines as are asked for: `npm run property` (20,000),
 * `npm run property -- 500 12345` (number, seed).
 */
const [runs = '20000', seed] = process.argv.slice(2)
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    'server/engine/core/decide.property.test.ts',
    'server/engine/run-executor.property.test.ts',
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      ORCHESTRATOR_PROPERTY_RUNS: runs,
      ...(seed === undefined ? {} : { ORCHESTRATOR_PROPERTY_SEED: seed }),
    },
  },
)
process.exitCode = status ?? 1
