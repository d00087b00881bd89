import { parentPort } from 'node:worker_threads'
import { getQuickJS, type QuickJSContext, type QuickJSHandle } from 'quickjs-emscripten'
import type { CodeAnswer, CodeJob, CodeLog } from './code-messages.ts'

/** Above 384 KB a deep recursion aborts the whole WebAssembly module instead of throwing. */
const maxStackBytes = 256 * 1024
const maxLogs = 100
const maxLogLength = 2_000

/**
 * Runs before the user's code and keeps its own references, so that code which overwrites JSON or Array.prototype
 * changes only its own view. Maps become objects and Sets lists, because their JSON would silently be `{}`.
 */
const bootstrap = `(() => {
  const { parse, stringify } = JSON
  const { fromEntries } = Object
  const from = Array.from
  const replacer = (key, value) => {
    if (value instanceof Map) return fromEntries(value)
    if (value instanceof Set) return from(value)
    if (typeof value === 'bigint') throw new TypeError('a BigInt cannot be returned; use Number() or String()')
    return value
  }
  const show = (value) => {
    if (typeof value === 'string') return value
    if (value instanceof Error) return String(value)
    try { return stringify(value, replacer) ?? String(value) } catch { return String(value) }
  }
  const log = __log
  delete globalThis.__log
  const logger = (level) => (...values) => log(level, values.map(show).join(' '))
  globalThis.console = { log: logger('info'), info: logger('info'), debug: logger('info'), warn: logger('warn'), error: logger('error') }
  return (make, text) => {
    const result = make(parse(text))
    if (result !== null && typeof result === 'object' && typeof result.then === 'function') {
      throw new TypeError('the code returned a promise; return the value itself (await and async are not available)')
    }
    return stringify(result, replacer) ?? 'null'
  }
})()`

interface ErrorParts {
  name: string
  message: string
  stack: string
}

function readError(context: QuickJSContext, handle: QuickJSHandle): ErrorParts {
  const dumped: unknown = context.dump(handle)
  if (typeof dumped !== 'object' || dumped === null) {
    return { name: 'Error', message: `the code threw ${JSON.stringify(dumped) ?? String(dumped)}`, stack: '' }
  }
  const { name, message, stack } = dumped as Partial<Record<keyof ErrorParts, unknown>>
  const text = typeof message === 'string' ? message : `the code threw ${JSON.stringify(dumped)}`
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: text,
    stack: typeof stack === 'string' ? stack : '',
  }
}

/** The first place of the stack inside the user's code; its lines are one below ours, for the wrapper's own. */
function placeOf(stack: string): { line?: number; column?: number } {
  const match = /\bcode\.js:(\d+)(?::(\d+))?/.exec(stack)
  if (!match) return {}
  const line = Number(match[1]) - 1
  return { line: Math.max(line, 1), ...(match[2] ? { column: Number(match[2]) } : {}) }
}

async function runJob(job: CodeJob): Promise<CodeAnswer> {
  const quickjs = await getQuickJS()
  const runtime = quickjs.newRuntime()
  const logs: CodeLog[] = []
  let timedOut = false
  try {
    runtime.setMemoryLimit(job.memoryMb * 1024 * 1024)
    runtime.setMaxStackSize(maxStackBytes)
    const deadline = performance.now() + job.timeoutMs
    runtime.setInterruptHandler(() => {
      timedOut ||= performance.now() > deadline
      return timedOut
    })
    const context = runtime.newContext()
    try {
      const fail = (error: QuickJSHandle): CodeAnswer => {
        const { name, message, stack } = error.consume((handle) => readError(context, handle))
        if (timedOut) return { ok: false, reason: 'time', message: 'interrupted', logs }
        if (message === 'out of memory') return { ok: false, reason: 'memory', message, ...placeOf(stack), logs }
        if (/stack overflow|call stack/i.test(message)) return { ok: false, reason: 'stack', message, logs }
        const shown = name === 'Error' ? message : `${name}: ${message}`
        return { ok: false, reason: 'failed', message: shown, ...placeOf(stack), logs }
      }
      const log = context.newFunction('log', (level, message) => {
        if (logs.length >= maxLogs) return
        logs.push({
          level: context.getString(level) as CodeLog['level'],
          message: context.getString(message).slice(0, maxLogLength),
        })
      })
      log.consume((handle) => context.setProp(context.global, '__log', handle))
      const started = context.evalCode(bootstrap, 'bootstrap.js')
      if (started.error) return fail(started.error)
      const runner = started.value
      const made = context.evalCode(`(function (input) {\n${job.code}\n})`, 'code.js')
      if (made.error) {
        runner.dispose()
        return fail(made.error)
      }
      const input = context.newString(job.input)
      const result = context.callFunction(runner, context.undefined, made.value, input)
      for (const handle of [runner, made.value, input]) handle.dispose()
      if (result.error) return fail(result.error)
      return { ok: true, output: result.value.consume((handle) => context.getString(handle)), logs }
    } finally {
      context.dispose()
    }
  } finally {
    runtime.dispose()
  }
}

parentPort?.on('message', (job: CodeJob) => {
  runJob(job).then(
    (answer) => parentPort?.postMessage(answer),
    // The module itself broke (an abort in WebAssembly): nothing of this thread can be trusted any more.
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
