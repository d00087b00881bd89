import { customType } from 'drizzle-orm/pg-core'

/**
 * A JSON value as it was written. `json` and not `jsonb`: key order is part of what people see (columns of a row), text may
 * hold \u0000, and appending to the journal is faster. Both drivers parse it, so nothing is parsed twice: a stored string stays one.
 */
export const json = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => 'json',
  toDriver: (value) => JSON.stringify(value),
})
