import type { JsonValue, Step } from '#pipeline/document.ts'
import { expect, it, vi } from 'vitest'
import { describeEachPlace, outputsOf, write } from '../testing/each-place.ts'

describeEachPlace('a stream', (place) => {
  const rows = (more: Record<string, JsonValue>): Step => ({
    id: 'rows',
    type: 'test.stream',
    with: { count: 100, ...more },
  })
  const each = (more: Record<string, JsonValue> = {}, inner = '{{ item * 2 }}'): Step => ({
    id: 'each',
    type: 'flow.map',
    needs: ['rows.stream'],
    with: { concurrency: 4, ...more },
    steps: [write('double', inner)],
  })
  const outputs = { each: '{{ each }}', rows: '{{ rows }}' }

  it('is worked on before its end, in order', async () => {
    const world = place.world()
    const running = place.run([rows({ gate: 'more' }), each()], { outputs })
    await world.gates.arrived('more')
    await vi.waitFor(() => expect(world.written).toHaveLength(10))
    expect(world.yielded).toBe(10)
    world.gates.open('more')
    const view = await running
    expect(outputsOf(view)).toMatchObject({
      each: { items: Array.from({ length: 100 }, (_, index) => index * 2), failed: 0, count: 100 },
      rows: { streaming: true, count: 100 },
    })
  })

  it('holds its step back while the map is behind', async () => {
    const view = await place.run([rows({ count: 6_000, chunk: 100 }), each({ keep_results: false })], { outputs })
    expect(outputsOf(view)).toMatchObject({ each: { count: 6_000, failed: 0 } })
    expect(place.world().written).toHaveLength(6_000)
    // The window, the chunk that fills it, and what the map has begun with.
    expect(place.world().lead).toBeLessThanOrEqual(1_000 + 100 + 4)
    expect(place.world().lead).toBeGreaterThan(500)
  })

  it('is cut into batches across its chunks, however large', async () => {
    const view = await place.run(
      [rows({ count: 4_100, chunk: 70 }), each({ batch_size: 2_000 }, '{{ item | length }}:{{ item[0] }}')],
      { outputs },
    )
    expect(outputsOf(view)).toMatchObject({ each: { items: ['2000:0', '2000:2000', '100:4000'] } })
  })

  it('is read by several maps, each at its own pace', async () => {
    const other: Step = { ...each({ batch_size: 30 }, '{{ item | sum }}'), id: 'other' }
    const view = await place.run([rows({}), each({ keep_results: false }), other], {
      outputs: { counts: ['{{ each.count }}', '{{ other.count }}'], sums: '{{ other.items }}' },
    })
    expect(outputsOf(view)).toEqual({ counts: [100, 4], sums: [435, 1335, 2235, 945] })
  })

  it('that tears off goes on where it was when its step is tried again', async () => {
    const again: Step = { ...rows({ fail_at: 50 }), retry: { attempts: 2, delay: '1ms' } }
    const view = await place.run([again, each()], { outputs })
    expect(outputsOf(view)).toMatchObject({ each: { items: Array.from({ length: 100 }, (_, index) => index * 2) } })
    expect(place.world().written).toHaveLength(100)
    expect(view.steps.get('rows')?.attempt).toBe(2)
  })

  it('that tears off for good is what was read, where its failure is handled', async () => {
    const torn: Step = { ...rows({ fail_at: 50 }), on_error: 'continue' }
    const view = await place.run([torn, each()], {
      outputs: { count: '{{ each.count }}', why: '{{ rows.error.message }}' },
    })
    expect(outputsOf(view)).toEqual({ count: 50, why: 'torn off' })
    const failed = await place.run([rows({ fail_at: 50 }), each()])
    expect(failed.status).toBe('failed')
  })

  it('without an item goes through none', async () => {
    expect(outputsOf(await place.run([rows({ count: 0 }), each()], { outputs }))).toMatchObject({
      each: { items: [], count: 0 },
    })
  })

  it('is not kept waiting by a map that stops early', async () => {
    const view = await place.run([rows({ count: 5_000 }), each({ concurrency: 1, stop_when: 'result > 10' })], {
      outputs,
    })
    expect(view.status).toBe('succeeded')
    expect(outputsOf(view)).toMatchObject({ each: { count: 7 }, rows: { count: 5_000 } })
  })
})
