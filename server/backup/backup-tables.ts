import type { Query } from '#db/client.ts'

/** Tables that say what is going on at this moment, which is over when a backup is restored. */
const passing = new Set(['workers', 'limit_holders', 'limit_starts', 'limit_lines'])

/** A column and its type as SQL names it. */
export interface BackupColumn {
  name: string
  type: string
}

/** A table with what a row of it is. */
export interface BackupTable {
  name: string
  columns: BackupColumn[]
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Every table of ours, those that others refer to before those. The job queue's are not among them: jobs are made from runs. */
export async function findTables(query: Query): Promise<BackupTable[]> {
  const { rows: columns } = await query<{ table: string; name: string; type: string }>(
    `select c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type
     from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
       and a.attgenerated = ''
     order by c.relname, a.attnum`,
  )
  const { rows: references } = await query<{ from: string; to: string }>(
    `select conrelid::regclass::text as from, confrelid::regclass::text as to
     from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and conrelid <> confrelid`,
  )
  const tables = new Map<string, BackupTable>()
  for (const { table, name, type } of columns) {
    if (passing.has(table)) continue
    const known = tables.get(table) ?? { name: table, columns: [] }
    known.columns.push({ name, type })
    tables.set(table, known)
  }
  const ordered = new Set<BackupTable>()
  const add = (name: string): void => {
    const table = tables.get(name)
    if (!table || ordered.has(table)) return
    tables.delete(name)
    for (const { from, to } of references) if (from === name) add(to)
    ordered.add(table)
  }
  for (const name of [...tables.keys()]) add(name)
  return [...ordered]
}

/** Time of the last migration: which tables and columns there are. */
export async function lastMigration(query: Query): Promise<number> {
  const { rows } = await query<{ last: number }>(
    'select coalesce(max(created_at), 0)::float8 as last from drizzle.__drizzle_migrations',
  )
  return rows[0]!.last
}
