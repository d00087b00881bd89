import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Lease } from './lease.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const never = new AbortController().signal

it('holds for three quarters of the time after which others step in', () => {
  const lease = new Lease(1_000)
  expect(lease.isValid).toBe(false)
  lease.renew(Lease.now())
  vi.advanceTimersByTime(749)
  expect(lease.valid(never)).toBeUndefined()
  vi.advanceTimersByTime(1)
  expect(lease.isValid).toBe(false)
})

it('counts from when the database was asked, not from when it answered', () => {
  const lease = new Lease(1_000)
  const asked = Lease.now()
  vi.advanceTimersByTime(740)
  lease.renew(asked)
  expect(lease.isValid).toBe(true)
  vi.advanceTimersByTime(10)
  expect(lease.isValid).toBe(false)
})

it('ends when the wall clock says so, though the steady one stood still with the machine', () => {
  const lease = new Lease(1_000)
  lease.renew(Lease.now())
  vi.setSystemTime(Date.now() + 60_000)
  expect(lease.isValid).toBe(false)
})

it('lets those who wait go on once it is renewed, or when they give up', async () => {
  const lease = new Lease(1_000)
  const giveUp = new AbortController()
  const order: string[] = []
  const waiting = [
    lease.valid(never)!.then(() => order.push(`renewed ${lease.isValid}`)),
    lease.valid(giveUp.signal)!.then(() => order.push('given up')),
  ]
  giveUp.abort()
  await waiting[1]
  lease.renew(Lease.now())
  await waiting[0]
  expect(order).toEqual(['given up', 'renewed true'])
  lease.end()
  expect(lease.isValid).toBe(false)
})
