import { expect, it } from 'vitest'
import { runChaos } from './run-chaos.ts'

it('loses nothing when workers are killed, one is frozen and thawed, and the database is restarted', async () => {
  const said: string[] = []
  const report = await runChaos({
    seed: 20_261_123,
    runs: 50,
    steps: 12,
    workers: 3,
    seconds: 9,
    killEvery: 2,
    freeze: { at: 1, length: 5 },
    stopAt: 8,
    databaseRestartAt: 7,
    patience: 120,
    environment: { WORKER_SILENT_SECONDS: '3' },
    say: (line) => said.push(line),
  })
  expect(report.findings, said.join('\n')).toEqual([])
  expect(report).toMatchObject({ runs: 50, asExpected: 50, completedStepsRepeated: 0, stuck: 0 })
  expect(report).toMatchObject({ freezes: 1, databaseRestarts: 1 })
  expect(report.kills).toBeGreaterThan(0)
}, 300_000)
