import { afterAll, describe, expect, it } from 'vitest'
import type { OrchestratorError } from '#pipeline/errors.ts'
import { createCodeRunner } from './quickjs.ts'

const runner = createCodeRunner()
afterAll(() => runner.close())

const limits = { timeoutMs: 2_000, memoryMb: 32 }
const run = (code: string, input: unknown = null, options = {}) => runner.run(code, input, { ...limits, ...options })
const failure = (code: string, options = {}): Promise<OrchestratorError> =>
  run(code, null, options).then(
    () => {
      throw new Error('the code should have failed')
    },
    (error: unknown) => error as OrchestratorError,
  )

describe('the code sandbox', () => {
  it('gives the code its input and returns what it returns', async () => {
    expect(await run('return input.list.map((n) => n * 2)', { list: [1, 2, 3] })).toEqual([2, 4, 6])
    expect(await run('const a = 1')).toBe(null)
    expect(await run('return "käse 🧀".length', null)).toBe(7)
  })

  it('turns maps, sets, dates and missing numbers into JSON', async () => {
    expect(await run('return { m: new Map([["a", 1]]), s: new Set([1, 1, 2]), d: new Date(0), n: NaN }')).toEqual({
      m: { a: 1 },
      s: [1, 2],
      d: '1970-01-01T00:00:00.000Z',
      n: null,
    })
  })

  it('reports an error with its line and column in the code of the user', async () => {
    const error = await failure('const a = 1\nconst b = 2\nreturn a.missing.field')
    expect(error.code).toBe('code-failed')
    expect(error.info.details).toMatchObject({ line: 3 })
    expect(error.message).toMatch(/TypeError.*line 3/)
  })

  it('reports a syntax error with its line', async () => {
    const error = await failure('const a = 1\nreturn a +')
    expect(error.code).toBe('code-failed')
    expect(error.message).toMatch(/SyntaxError/)
  })

  it('shows what was thrown when it is not an error', async () => {
    expect((await failure('throw { reason: "no rows" }')).message).toContain('no rows')
    expect((await failure('throw new Error("no rows")')).message).toMatch(/^no rows \(line 1/)
  })

  it('refuses promises and big integers with a sentence', async () => {
    expect((await failure('return Promise.resolve(1)')).message).toContain('promise')
    expect((await failure('return 1n')).message).toContain('BigInt')
  })

  it.each([
    ['an endless loop', 'for (;;) {}'],
    ['an endless loop that catches', 'for (;;) { try { for (;;) {} } catch {} }'],
    ['a regular expression that backtracks', 'return /^(a+)+$/.test("a".repeat(40) + "b")'],
  ])('stops %s at the time limit', async (_title, code) => {
    const started = performance.now()
    const error = await failure(code, { timeoutMs: 200 })
    expect(error.code).toBe('code-limit')
    expect(error.message).toContain('200 ms')
    expect(performance.now() - started).toBeLessThan(3_000)
  })

  it('stops code that takes too much memory, and works again afterwards', async () => {
    const error = await failure('return new Array(10_000_000).fill(1.5)')
    expect(error.code).toBe('code-limit')
    expect(error.message).toContain('32 MB')
    expect(await run('return 1')).toBe(1)
  })

  it('stops endless recursion, also through JSON and getters', async () => {
    expect((await failure('const f = () => f() + 1; return f()')).code).toBe('code-limit')
    expect(
      (await failure('let deep = []; for (let i = 0; i < 100_000; i += 1) deep = [deep]; return deep')).code,
    ).toMatch(/^code-/)
    expect(await run('return 1')).toBe(1)
  })

  it('kills a thread that does not come back and goes on with a new one', async () => {
    // A native loop of the engine that never asks the interrupt handler.
    const error = await failure('return [].indexOf.call({ length: 2 ** 53 - 1 }, 1)', { timeoutMs: 100 })
    expect(error.code).toBe('code-limit')
    expect(await run('return 2')).toBe(2)
  })

  it('offers nothing of the host: no process, no imports, no network, no timers', async () => {
    expect(await run('return [typeof process, typeof require, typeof fetch, typeof setTimeout, typeof __log]')).toEqual(
      ['undefined', 'undefined', 'undefined', 'undefined', 'undefined'],
    )
    expect((await failure('return import("node:fs")')).code).toBe('code-failed')
  })

  it('keeps runs apart', async () => {
    await run('globalThis.left = 1; Array.prototype.map = () => "stolen"; JSON.stringify = () => "stolen"; return 1')
    expect(await run('return [typeof left, [1].map((n) => n + 1)]')).toEqual(['undefined', [2]])
  })

  it('passes console lines on', async () => {
    const lines: string[] = []
    await runner.run('console.log("rows", input.length, { a: 1 }); console.warn("few")', [1, 2], limits, {
      onLog: (level, message) => lines.push(`${level}: ${message}`),
    })
    expect(lines).toEqual(['info: rows 2 {"a":1}', 'warn: few'])
  })

  it('can be cancelled while it runs and while it waits', async () => {
    const controller = new AbortController()
    const options = { signal: controller.signal }
    const jobs = Array.from({ length: 4 }, () =>
      runner.run('for (;;) {}', null, { ...limits, timeoutMs: 20_000 }, options),
    )
    setTimeout(() => controller.abort(), 50)
    const codes = await Promise.all(jobs.map((job) => job.catch((error: OrchestratorError) => error.code)))
    expect(codes).toEqual(Array(4).fill('step-cancelled'))
    expect(await run('return 3')).toBe(3)
  })

  it('runs many jobs on few threads', async () => {
    const results = await Promise.all(Array.from({ length: 40 }, (_, n) => run('return input + 1', n)))
    expect(results).toEqual(Array.from({ length: 40 }, (_, n) => n + 1))
  })
})
