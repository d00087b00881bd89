import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '#db/client.ts'
import { openAppServer, type AppServer } from '#server/app-server.ts'
import { localScope, type Scope } from '#server/auth/scope.ts'
import { appRouter } from '../router.ts'

/** Someone who is nobody in the local workspace, but owner of another. */
export const outsiderScope: Scope = { workspaceId: 'elsewhere', memberId: 'stranger', role: 'owner' }

/** The product on a test's database, with callers of its API for different people. */
export interface TestApp extends AppServer {
  dataDir: string
  caller(scope?: Scope): ReturnType<typeof appRouter.createCaller>
}

/** Opens it in a folder of its own; `close` removes the folder and leaves the database open. */
export async function openTestApp(
  database: Database,
  options: { samples?: boolean; uploadLimit?: number } = {},
): Promise<TestApp> {
  const dataDir = await mkdtemp(join(tmpdir(), 'orchestrator-api-'))
  const app = await openAppServer({ database, dataDir, role: 'all', samples: false, ...options })
  await database.query(`insert into workspaces (id, name) values ('elsewhere', 'Elsewhere') on conflict do nothing`)
  const closing = new AbortController()
  return {
    ...app,
    dataDir,
    caller: (scope = localScope) => appRouter.createCaller({ scope, services: app.services, closing: closing.signal }),
    async close() {
      closing.abort()
      await app.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** A pipeline that ends by itself, in YAML: greets each name of its input. */
export const greetingYaml = `
orchestrator: 1
name: Greetings
inputs:
  names: { type: list, default: [Ada, Alan] }
steps:
  - id: each
    type: flow.map
    with: { items: "{{ inputs.names }}", concurrency: 2 }
    steps:
      - id: greet
        type: text.template
        with: { template: "Hello {{ item }}" }
  - id: all
    type: text.template
    needs: [each]
    with: { template: "{{ each.items | join(', ') }}" }
outputs:
  text: "{{ all }}"
`
