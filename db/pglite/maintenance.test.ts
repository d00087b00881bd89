import { expect, it, vi } from 'vitest'
import { openDatabase, type Query } from '../client.ts'
import { startMaintenance } from './maintenance.ts'

it('vacuums tables with dead rows and refreshes the statistics of grown ones', async () => {
  const { query, close } = await openDatabase({ memory: true })
  await query('create table churned (id int primary key, text text)')
  await query('create table quiet (id int)')
  await query("insert into churned select id, 'x' from generate_series(1, 1000) as id")
  await query("update churned set text = 'y'")
  const stop = startMaintenance(query, () => performance.now(), { tick: 20, calm: 0 })
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

it('plans to look up what a statement asks for although the table was empty when it was prepared', async () => {
  const { query, close } = await openDatabase({ memory: true })
  const { rows } = await query<{ 'QUERY PLAN': string }>(
    "explain select data from run_events where run_id = 'x' and seq > 0 order by seq limit 10",
  )
  expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('Index Scan')
  await close()
})

it('refreshes the statistics of a table that grows fast within moments', async () => {
  const { query, close } = await openDatabase({ memory: true })
  await query('create table growing (id int primary key)')
  await query('insert into growing select generate_series(1, 1000)')
  const stop = startMaintenance(query, () => performance.now(), { tick: 20, calm: 3_600_000 })
  const analyzed = async () => {
    const { rows } = await query<{ analyzes: number }>(
      "select analyze_count as analyzes from pg_stat_user_tables where relname = 'growing'",
    )
    return rows[0]?.analyzes
  }
  await expect.poll(analyzed, { timeout: 20_000 }).toBe(1)
  await stop()
  await close()
})

it('asks a database nothing that nobody else asks anything', async () => {
  vi.useFakeTimers()
  let statements = 7
  let asked = 0
  const query: Query = async () => {
    asked++
    return { rows: [], affected: 0 }
  }
  const stop = startMaintenance(query, () => statements)
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect(asked).toBe(0)
  statements++
  await vi.advanceTimersByTimeAsync(1_000)
  expect(asked).toBe(1)
  await stop()
  vi.useRealTimers()
})
