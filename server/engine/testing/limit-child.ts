import { tmpdir } from 'node:os'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase, type DatabaseOptions } from '#db/client.ts'
import { createGuardedFetch } from '#server/network/guarded-fetch.ts'
import { flowMap } from '#server/steps/flow-map.ts'
import { httpRequest } from '#server/steps/http-request.ts'
import { createEngine } from '../engine.ts'
import { testServices } from './test-steps.ts'

/** What the parent passes as JSON in the first argument. */
export interface LimitChildOptions {
  place: DatabaseOptions
}

// A worker process that a test kills or lets end: says `ready`, and closes when its input ends.
const { place } = JSON.parse(process.argv[2]!) as LimitChildOptions
const database = await openDatabase(place)
const fetch = createGuardedFetch({ allowPrivate: true })
const engine = await createEngine({
  database,
  role: 'worker',
  steps: new Map([flowMap, httpRequest].map((step) => [step.manifest.type, step])),
  stepServices: () => ({ ...testServices, fetch }),
  dataDir: mkdtempSync(join(tmpdir(), 'limit-child-')),
})
process.stdout.write('ready\n')
process.stdin.resume()
process.stdin.on('end', () => {
  void engine
    .close()
    .then(() => database.close())
    .then(() => process.exit(0))
})
