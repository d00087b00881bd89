import type { Database } from '#db/client.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { parseAllowPattern } from '#server/network/address-guard.ts'
import type { SettingsService } from '#server/services.ts'
import { workspaceSettingsSchema, type WorkspaceRecord } from './settings-records.ts'

interface Row {
  id: string
  name: string
  settings: unknown
}

const recordOf = (row: Row): WorkspaceRecord => ({
  id: row.id,
  name: row.name,
  settings: workspaceSettingsSchema.parse(row.settings ?? {}),
})

/** Plain settings of workspaces; a change of one key leaves the others alone, also under concurrent changes. */
export function createSettings(database: Database): SettingsService {
  const missing = (id: string) =>
    new OrchestratorError('not-found', `There is no workspace "${id}".`, { retryable: false })
  return {
    async get(scope) {
      const { rows } = await database.query<Row>('select id, name, settings from workspaces where id = $1', [
        scope.workspaceId,
      ])
      if (!rows[0]) throw missing(scope.workspaceId)
      return recordOf(rows[0])
    },
    update(scope, { name, settings }) {
      // A pattern that cannot be read would fail every later run instead of this call.
      for (const pattern of settings?.networkAllow ?? []) parseAllowPattern(pattern)
      return database.transaction(async ({ query }) => {
        const { rows } = await query<Row>('select id, name, settings from workspaces where id = $1 for update', [
          scope.workspaceId,
        ])
        if (!rows[0]) throw missing(scope.workspaceId)
        const before = recordOf(rows[0])
        const next = { ...before, name: name ?? before.name, settings: { ...before.settings, ...settings } }
        await query('update workspaces set name = $2, settings = $3 where id = $1', [
          scope.workspaceId,
          next.name,
          JSON.stringify(next.settings),
        ])
        return next
      })
    },
  }
}
