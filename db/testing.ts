import { afterAll, describe } from 'vitest'
import { buildSeedArchive } from './build-seed.ts'
import { openDatabase, type Database, type DatabaseOptions } from './client.ts'
import { createPlaces } from './testing/places.ts'

export { startTestPostgres } from './testing/test-postgres.ts'

/** What a suite gets beside `open`. */
export interface SuiteContext {
  kind: Database['kind']
  /**
   * A new empty place, to open, close and open again, or to pass to child processes as JSON (a folder takes one process at a
   * time). Removed after the suite; databases opened there by yourself are yours to close.
   */
  place(): Promise<DatabaseOptions>
}

/**
 * Runs the suite on the embedded database and on PostgreSQL. `open` gives a new, empty, migrated database each time it is
 * called (inside tests or hooks), closed after the suite.
 */
export function describeEachDatabase(
  title: string,
  suite: (open: () => Promise<Database>, context: SuiteContext) => void,
): void {
  describe.each(['pglite', 'postgres'] as const)(`${title} (%s)`, (kind) => {
    const places = createPlaces(kind)
    const opened: Database[] = []
    const open = async () => {
      if (kind === 'pglite') await buildSeedArchive()
      const database = await openDatabase(kind === 'pglite' ? { memory: true } : await places.make())
      opened.push(database)
      return database
    }
    // Registered before the suite's own, so it runs after them.
    afterAll(async () => {
      await Promise.all(opened.map((database) => database.close()))
      await places.remove()
    })
    suite(open, { kind, place: () => places.make() })
  })
}
