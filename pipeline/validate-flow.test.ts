import { describe, expect, it } from 'vitest'
import type { PipelineDocument, Step } from './document.ts'
import { inferEdges } from './infer-edges.ts'
import { renameStep } from './rename-step.ts'
import { testManifests } from './testing/manifests.ts'
import { hasErrors, validatePipeline } from './validate.ts'
import { checkCalls } from './validation/check-calls.ts'

const documentOf = (steps: Step[], more: Partial<PipelineDocument> = {}): PipelineDocument => ({
  orchestrator: 1,
  name: 'test',
  steps,
  ...more,
})
const text = (id: string, template = 'x', more: Partial<Step> = {}): Step => ({
  id,
  type: 'text.template',
  with: { template },
  ...more,
})
const problemsOf = (...steps: Step[]) =>
  validatePipeline(documentOf(steps), testManifests).map(({ code, step, field, message }) => ({
    code,
    step,
    field,
    message,
  }))
const expectProblem = (steps: Step[], problem: object) => expect(problemsOf(...steps)).toMatchObject([problem])

const safe = (...steps: Step[]): Step => ({ id: 'safe', type: 'flow.try', steps })
const rescue = (...steps: Step[]): Step => ({ id: 'rescue', type: 'flow.catch', steps })
const rows: Step = { id: 'rows', type: 'test.rows' }
const each = (more: Partial<Step>): Step => ({
  id: 'each',
  type: 'flow.map',
  steps: [text('a', '{{ item }}')],
  ...more,
})

describe('a try', () => {
  it('takes a catch and a finally, which see the error and what the try has come to', () => {
    const told = text('told', '{{ error.message }} {{ fetch }}')
    const done: Step = { id: 'done', type: 'flow.finally', steps: [text('shut', '{{ fetch }} {{ error }}')] }
    expect(problemsOf(safe(text('fetch'), rescue(told), done))).toEqual([])
    expect(problemsOf(safe(text('fetch'), rescue()))).toEqual([])
  })

  it('refuses handlers elsewhere, twice, or with edges', () => {
    expectProblem([text('a'), rescue()], {
      code: 'document-shape',
      step: 'rescue',
      message: /directly inside of a flow.try/,
    })
    const twice = { ...rescue(), id: 'again' }
    expectProblem([safe(text('a'), rescue(), twice)], {
      code: 'document-shape',
      step: 'safe.again',
      message: /has two/,
    })
    const waiting: Step = { ...rescue(), needs: ['a'] }
    expectProblem([safe(text('a'), waiting)], { code: 'document-shape', step: 'safe.rescue', field: 'needs[0]' })
    const behind = text('b', 'x', { needs: ['rescue'] })
    expectProblem([safe(text('a'), rescue(), behind)], {
      code: 'unknown-port',
      step: 'safe.b',
      message: /Nothing follows rescue/,
    })
  })

  it('needs a step that it tries', () => {
    expectProblem([safe(rescue())], { code: 'invalid-config', step: 'safe', field: 'steps' })
  })

  it('has ways out that may be taken together', () => {
    expect(problemsOf(safe(text('a')), text('b', 'x', { needs: ['safe', 'safe.caught'] }))).toEqual([])
    expectProblem([safe(text('a')), text('b', 'x', { needs: ['safe.succeeded', 'safe.caught'] })], {
      code: 'unreachable',
    })
  })

  it('gives its catch no edges when they are inferred', () => {
    const document = documentOf([safe(text('fetch'), rescue(text('told', '{{ fetch }}')))])
    expect(inferEdges(document, testManifests).added).toEqual([])
  })
})

describe('a loop', () => {
  const loop = (settings: Step['with'], ...steps: Step[]): Step => ({
    id: 'turns',
    type: 'flow.loop',
    with: settings,
    steps,
  })

  it('sees its steps where they have run, and not before', () => {
    const inner = text('step', '{{ state }}')
    expect(problemsOf(loop({ until: 'step == output', next: '{{ step }}{{ index }}' }, inner))).toEqual([])
    expectProblem([loop({ while: 'step' }, inner)], { code: 'unknown-reference', step: 'turns', field: 'with.while' })
  })

  it('may do without steps', () => {
    expect(problemsOf(loop({ until: 'state > 9', next: '{{ state + index }}' }))).toEqual([])
  })

  it('is warned of when nothing ends it', () => {
    expectProblem([loop({}, text('a'))], { code: 'invalid-config', step: 'turns', message: /Nothing ends turns/ })
    const broken: Step = { id: 'out', type: 'flow.break' }
    expect(problemsOf(loop({}, broken))).toEqual([])
    const inner = { ...each({ with: { items: [1] } }), steps: [broken] }
    expectProblem([loop({}, inner)], { message: /Nothing ends turns/ })
  })

  it('keeps reading a step that is renamed, before and after its turns', () => {
    const document = documentOf([
      text('start'),
      { ...loop({ while: '{{ start }}', until: '{{ step }} {{ start }}' }, text('step')), needs: ['start'] },
    ])
    const inside = renameStep(document, 'turns.step', 'turn', testManifests).steps[1]
    expect(inside?.with).toEqual({ while: '{{ start }}', until: '{{ turn }} {{ start }}' })
    const outside = renameStep(document, 'start', 'first', testManifests).steps[1]
    expect(outside).toMatchObject({ needs: ['first'], with: { while: '{{ first }}', until: '{{ step }} {{ first }}' } })
  })
})

describe('a break', () => {
  const out: Step = { id: 'out', type: 'flow.break' }
  it('stands anywhere within a map or loop', () => {
    expect(problemsOf(each({ with: { items: [1] }, steps: [safe(text('a'), { ...out, needs: ['a'] })] }))).toEqual([])
    expectProblem([safe(out)], {
      code: 'document-shape',
      step: 'safe.out',
      message: /put it into a flow.map or flow.loop/,
    })
  })
})

describe('a merge', () => {
  const merge = (settings: Step['with'], ...needs: string[]): Step => ({
    id: 'merge',
    type: 'flow.merge',
    needs,
    with: settings,
  })
  const branch: Step = { id: 'gate', type: 'flow.branch', with: { condition: 'true' } }

  it('needs a number of edges that can be', () => {
    expect(problemsOf(text('a'), text('b'), merge({ mode: 'count', count: 2 }, 'a', 'b'))).toEqual([])
    expectProblem([text('a'), merge({ mode: 'count', count: 2 }, 'a')], {
      code: 'invalid-config',
      message: /only 1 edge comes in/,
    })
    expectProblem([text('a'), merge({ mode: 'count' }, 'a')], { field: 'with.count', message: /is missing/ })
    expectProblem([text('a'), merge({ mode: 'any', count: 1 }, 'a')], { message: /"mode: count" only/ })
  })

  it('of all edges cannot join what excludes each other', () => {
    expect(problemsOf(branch, merge({}, 'gate.true', 'gate.false'))).toEqual([])
    expectProblem([branch, merge({ mode: 'all' }, 'gate.true', 'gate.false')], { code: 'unreachable' })
  })

  it('takes no expressions for what is fixed', () => {
    expectProblem([text('a'), merge({ mode: '{{ a }}' }, 'a')], {
      code: 'invalid-config',
      field: 'with.mode',
      message: /no expressions/,
    })
  })
})

describe('a stream', () => {
  it('is read by one map, which has no items of its own', () => {
    expect(problemsOf(rows, each({ needs: ['rows.stream'] }))).toEqual([])
    expectProblem([rows, each({ needs: ['rows'] })], {
      code: 'invalid-config',
      field: 'with.items',
      message: /is missing/,
    })
    expectProblem([rows, each({ needs: ['rows.stream'], with: { items: [1] } })], {
      field: 'with.items',
      message: /cannot have items/,
    })
    const two = each({ needs: ['rows.stream', 'more.stream'] })
    expectProblem([rows, { ...rows, id: 'more' }, two], { code: 'document-shape', field: 'needs[1]' })
    expectProblem([rows, text('a', 'x', { needs: ['rows.stream'] })], {
      code: 'unknown-port',
      message: /read by a flow.map/,
    })
  })

  it('cannot be read again, so its map is not tried again', () => {
    expectProblem([rows, each({ needs: ['rows.stream'], retry: { attempts: 2 } })], {
      code: 'invalid-policy',
      field: 'retry',
    })
  })

  it('has not ended while it is read', () => {
    const steps = [text('a', '{{ item }} of {{ rows }}')]
    expectProblem([rows, each({ needs: ['rows.stream'], steps })], {
      code: 'not-upstream',
      step: 'each.a',
      message: /has not ended/,
    })
    expect(problemsOf(rows, each({ needs: ['rows.stream'] }), text('b', '{{ rows }}', { needs: ['each'] }))).toEqual([])
  })

  it('would wait for ever for a reader that waits for its end', () => {
    const late = [rows, text('sum', '{{ rows }}', { needs: ['rows'] }), each({ needs: ['rows.stream', 'sum'] })]
    expectProblem(late, { code: 'cycle', step: 'each', field: 'needs[1]' })
  })
})

describe('calls', () => {
  const call = (id: string, pipeline: string, more: Partial<Step> = {}): Step => ({
    id,
    type: 'flow.pipeline',
    with: { pipeline },
    ...more,
  })
  const target = documentOf([], { name: 'Target', inputs: { n: { type: 'number' }, note: { default: 'x' } } })
  const check = (document: PipelineDocument, called: Record<string, PipelineDocument>) =>
    checkCalls(document, { called: new Map(Object.entries(called)), manifests: testManifests })

  it('have no steps of their own', () => {
    expectProblem([call('call', 'other', { steps: [text('a')] })], {
      code: 'document-shape',
      message: /pipeline it calls/,
    })
  })

  it('must fit the inputs of what they call', () => {
    const given = (inputs: Record<string, string | number>) =>
      check(documentOf([call('call', 't', { with: { pipeline: 't', inputs } })]), { 't@latest': target })
    expect(given({ n: '{{ 1 }}' })).toEqual([])
    expect(given({})).toMatchObject([{ code: 'input-missing', step: 'call', field: 'with.inputs' }])
    expect(given({ n: 1, nota: 'x' })).toMatchObject([
      { code: 'input-invalid', field: 'with.inputs.nota', message: /note/ },
    ])
    expect(given({ n: 'many' })).toMatchObject([{ code: 'input-invalid', field: 'with.inputs.n' }])
  })

  it('must come to an end', () => {
    const a = documentOf([call('b', 'b')], { name: 'A' })
    const b = documentOf([text('x'), safe(call('a', 'a'))], { name: 'B' })
    const called = { 'a@latest': a, 'b@latest': b }
    expect(check(a, called)).toMatchObject([{ code: 'cycle', step: 'b', message: /B calls A/ }])
    const branch: Step = { id: 'gate', type: 'flow.branch', with: { condition: 'true' } }
    const some = documentOf([branch, call('a', 'a', { needs: ['gate.true'] })], { name: 'B' })
    expect(check(a, { ...called, 'b@latest': some })).toEqual([])
  })
})

describe('expressions in policies', () => {
  it('are checked and renamed like settings', () => {
    const policies: Partial<Step> = {
      on_error: 'continue',
      error_value: { was: '{{ error.code }}', row: '{{ a }}' },
      limit: { key: 'k-{{ a }}', concurrency: 2 },
      cache_key: '{{ a }}',
      fallback: { type: 'text.template', with: { template: '{{ a }}' } },
    }
    const document = documentOf([text('a'), text('b', 'x', { needs: ['a'], ...policies })])
    expect(hasErrors(validatePipeline(document, testManifests))).toBe(false)
    expect(JSON.stringify(renameStep(document, 'a', 'first', testManifests))).not.toMatch(/\{\{ a \}\}/)
    expectProblem([text('b', 'x', { on_error: 'continue', error_value: '{{ nobody }}' })], {
      code: 'unknown-reference',
      field: 'error_value',
    })
    expectProblem([text('b', 'x', { cache: 'soon' as 'off' })], { code: 'invalid-policy', field: 'cache' })
  })
})
