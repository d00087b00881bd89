import { expect, it } from 'vitest'
import { openDatabase } from '../client.ts'
import { startMaintenance } from './maintenance.ts'

it('vacuums tables with dead rows and refreshes the statistics of grown ones', async () => {
  const { query, close } = await openDatabase({ memory: true })
  await query('create table churned (id int primary key, text text)')
  await query('create table quiet (id int)')
  await query("insert into churned select id, 'x' from generate_series(1, 1000) as id")
  await query("update churned set text = 'y'")
  const stop = startMaintenance(query, 20)
  const vacuumed = async () => {
    const { rows } = await query<{ relname: string; vacuums: number; analyzes: number }>(
      `select relname, vacuum_count as vacuums, analyze_count as analyzes from pg_stat_user_tables
       where relname in ('churned', 'quiet') and vacuum_count + analyze_count > 0`,
    )
    return rows
  }
  await expect.poll(vacuumed, { timeout: 20_000 }).toEqual([{ relname: 'churned', vacuums: 1, analyzes: 1 }])
  await stop()
  await close()
})
