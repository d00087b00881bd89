import { and, asc, eq } from 'drizzle-orm'
import type { Database } from '#db/database.ts'
import { connections as table } from '#db/schema/connections.ts'
import type { Scope } from '#server/auth/scope.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type {
  ConnectionInfo,
  ConnectionInput,
  ConnectionProvider,
  ConnectionSource,
  ConnectionTest,
  ResolvedConnection,
  WorkspaceSecrets,
} from './connection.ts'
import { parseConnectionInput } from './connection-input.ts'
import { openSecret, sealSecret } from './envelope.ts'
import { readEnvironmentConnections } from './environment-connections.ts'
import { loadMasterKey } from './master-key.ts'

/** Stored credentials of a workspace's providers. Keys go in and are never given out, but to steps and the gateway. */
export interface Connections extends ConnectionSource {
  list(scope: Scope): Promise<ConnectionInfo[]>
  /** Adds the connection, or changes the one of that name. Viewers: `not-allowed`. */
  save(scope: Scope, input: ConnectionInput): Promise<ConnectionInfo>
  /** Removes the connection; one that is not there is `not-found`. */
  remove(scope: Scope, name: string): Promise<void>
  /** Makes one cheap call with a stored connection (by name) or with settings that are not saved yet. Never throws for a bad key. */
  test(scope: Scope, connection: string | ConnectionInput): Promise<ConnectionTest>
  secretsFor(scope: Scope): WorkspaceSecrets
}

export interface ConnectionsOptions {
  database: Pick<Database, 'orm'>
  /** Holds `master.key` unless ORCHESTRATOR_MASTER_KEY is set. */
  dataDir: string
  /** Offers the key variables in here (OPENAI_API_KEY ...) as read-only connections of the workspace `local`. */
  environment?: Record<string, string | undefined>
}

type Row = typeof table.$inferSelect

function mayWrite(scope: Scope): void {
  if (scope.role !== 'viewer') return
  throw new OrchestratorError('not-allowed', 'Viewers cannot change connections', {
    retryable: false,
    fix: 'Ask an editor or the owner of this workspace.',
  })
}

const originOf = (baseUrl: string | null | undefined) => (baseUrl ? new URL(baseUrl).origin : 'default')
const hintOf = (secret: string) => (secret.length >= 12 ? secret.slice(-4) : null)

function toInfo(row: Row): ConnectionInfo {
  return {
    name: row.name,
    provider: row.provider as ConnectionProvider,
    baseUrl: row.settings.baseUrl ?? null,
    defaultModel: row.settings.defaultModel ?? null,
    hint: row.hint,
    hasSecret: row.secret !== null,
    source: 'stored',
    updatedAt: row.updatedAt.toISOString(),
  }
}

/** Loaded when somebody tests: the providers' libraries take a third of a second, which no start should wait for. */
const testConnection = async (connection: ResolvedConnection): Promise<ConnectionTest> =>
  (await import('../models/test-connection.ts')).testConnection(connection)

/** The connections service over the table `connections`. */
export function createConnections({ database, dataDir, environment }: ConnectionsOptions): Connections {
  const { orm } = database
  let masterKey: Buffer | undefined
  const key = () => (masterKey ??= loadMasterKey({ dataDir }))
  const fromEnvironment = (scope: Scope) =>
    scope.workspaceId === 'local' && environment ? readEnvironmentConnections(environment) : []

  const owned = (scope: Scope, name: string) => and(eq(table.workspaceId, scope.workspaceId), eq(table.name, name))
  const rowsOf = (scope: Scope): Promise<Row[]> =>
    orm.select().from(table).where(eq(table.workspaceId, scope.workspaceId)).orderBy(asc(table.name))
  const rowOf = async (scope: Scope, name: string): Promise<Row | undefined> =>
    (await orm.select().from(table).where(owned(scope, name)))[0]

  function resolveRow(row: Row): ResolvedConnection {
    return {
      name: row.name,
      provider: row.provider as ConnectionProvider,
      ...(row.settings.baseUrl ? { baseUrl: row.settings.baseUrl } : {}),
      ...(row.settings.defaultModel ? { defaultModel: row.settings.defaultModel } : {}),
      ...(row.secret ? { apiKey: openSecret(key(), row.secret, row) } : {}),
    }
  }

  /** The stored key may only go on being used where it was meant to go: a new address needs the key again. */
  function keptSecret(row: Row | undefined, input: ConnectionInput): Row['secret'] {
    if (!row?.secret) return null
    if (row.provider === input.provider && originOf(row.settings.baseUrl) === originOf(input.baseUrl)) return row.secret
    throw new OrchestratorError('invalid-request', `The address of "${input.name}" has changed: enter its key again`, {
      retryable: false,
      fix: 'A stored key is never sent to another address than the one it was entered for.',
    })
  }

  const service: Connections = {
    async list(scope) {
      const stored = (await rowsOf(scope)).map(toInfo)
      const names = new Set(stored.map((connection) => connection.name))
      const others = fromEnvironment(scope).filter((connection) => !names.has(connection.name))
      return [
        ...stored,
        ...others.map(({ name, provider, baseUrl, apiKey }): ConnectionInfo => ({
          name,
          provider,
          baseUrl: baseUrl ?? null,
          defaultModel: null,
          hint: hintOf(apiKey ?? ''),
          hasSecret: true,
          source: 'environment',
          updatedAt: null,
        })),
      ]
    },

    async save(scope, given) {
      mayWrite(scope)
      const input = parseConnectionInput(given)
      const previous = await rowOf(scope, input.name)
      const secret =
        input.secret === undefined
          ? keptSecret(previous, input)
          : input.secret
            ? sealSecret(key(), input.secret, { workspaceId: scope.workspaceId, name: input.name })
            : null
      const hint = input.secret === undefined ? (previous?.hint ?? null) : hintOf(input.secret ?? '')
      const values = {
        provider: input.provider,
        settings: {
          ...(input.baseUrl ? { baseUrl: input.baseUrl } : {}),
          ...(input.defaultModel ? { defaultModel: input.defaultModel } : {}),
        },
        secret,
        hint: secret ? hint : null,
        updatedAt: new Date(),
      }
      const [row] = await orm
        .insert(table)
        .values({ workspaceId: scope.workspaceId, name: input.name, ...values })
        .onConflictDoUpdate({ target: [table.workspaceId, table.name], set: values })
        .returning()
      if (!row) throw new OrchestratorError('internal', `Connection "${input.name}" was not saved`)
      return toInfo(row)
    },

    async remove(scope, name) {
      mayWrite(scope)
      const removed = await orm.delete(table).where(owned(scope, name)).returning({ name: table.name })
      if (removed.length === 0) {
        throw new OrchestratorError('not-found', `There is no connection "${name}"`, { retryable: false })
      }
    },

    async test(scope, connection) {
      mayWrite(scope)
      if (typeof connection === 'string') {
        const found = (await service.resolve(scope)).find((candidate) => candidate.name === connection)
        if (found) return testConnection(found)
        throw new OrchestratorError('not-found', `There is no connection "${connection}"`, { retryable: false })
      }
      const input = parseConnectionInput(connection)
      const row = input.secret === undefined ? await rowOf(scope, input.name) : undefined
      const kept = keptSecret(row, input)
      const apiKey = input.secret ?? (kept && row ? openSecret(key(), kept, row) : undefined)
      return testConnection({
        name: input.name,
        provider: input.provider,
        ...(input.baseUrl ? { baseUrl: input.baseUrl } : {}),
        ...(input.defaultModel ? { defaultModel: input.defaultModel } : {}),
        ...(apiKey ? { apiKey } : {}),
      })
    },

    async resolve(scope) {
      const stored = (await rowsOf(scope)).map(resolveRow)
      const names = new Set(stored.map((connection) => connection.name))
      return [...stored, ...fromEnvironment(scope).filter((connection) => !names.has(connection.name))]
    },

    secretsFor(scope) {
      return {
        async get(name) {
          const row = await rowOf(scope, name)
          if (row) return resolveRow(row).apiKey
          return fromEnvironment(scope).find((connection) => connection.name === name)?.apiKey
        },
        async values() {
          return (await service.resolve(scope)).flatMap(({ apiKey }) => (apiKey ? [apiKey] : []))
        },
      }
    },
  }
  return service
}
