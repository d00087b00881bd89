import { offerSharedPostgres } from './shared-postgres.ts'

/** Vitest's global set-up: one PostgreSQL for the whole run, started only when a suite needs it. Returns the tear-down. */
export default function setup(): Promise<() => Promise<void>> {
  return offerSharedPostgres()
}
