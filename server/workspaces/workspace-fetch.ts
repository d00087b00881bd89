import { createGuardedFetch, type GuardedFetch } from '#server/network/guarded-fetch.ts'
import type { WorkspaceSettings } from './settings-records.ts'

/** Guarded fetches by the network settings they follow, so that equal settings share their connections. */
export interface WorkspaceFetches {
  forSettings(settings: Pick<WorkspaceSettings, 'allowPrivateNetwork' | 'networkAllow'>): GuardedFetch
  close(): Promise<void>
}

/** Makes each fetch when its settings are first used. */
export function createWorkspaceFetches(): WorkspaceFetches {
  const made = new Map<string, GuardedFetch>()
  return {
    forSettings({ allowPrivateNetwork, networkAllow }) {
      const key = JSON.stringify([allowPrivateNetwork, networkAllow])
      const known = made.get(key)
      if (known) return known
      const fetch = createGuardedFetch({ allowPrivate: allowPrivateNetwork, allow: networkAllow })
      made.set(key, fetch)
      return fetch
    },
    async close() {
      await Promise.all([...made.values()].map((fetch) => fetch.close()))
    },
  }
}
