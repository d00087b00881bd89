// A process that appends until it is killed, and says on its output what was acknowledged: `node journal-crash.fixture.ts PLACE RUN...`.
import { writeSync } from 'node:fs'
import { openDatabase } from '#db/client.ts'
import { createJournal } from './journal.ts'

const [place, ...runIds] = process.argv.slice(2)
const database = await openDatabase(JSON.parse(place!))
const journal = createJournal(database)

async function appendForEver(runId: string): Promise<never> {
  const { epoch } = await journal.claim(runId, `process-${process.pid}`)
  for (let count = 1; ; count++) {
    const seq = await journal.append(runId, epoch, [
      { type: 'step-started', path: `step${count}`, attempt: 1 },
      { type: 'step-cancelled', path: `step${count}` },
    ])
    // Synchronous, so that nothing said is lost in a buffer when the process is killed.
    writeSync(1, `${runId} ${seq}\n`)
  }
}

await Promise.all(runIds.map(appendForEver))
