import { describe, expect, it } from 'vitest'
import { evaluateLive, referencedNames } from './evaluate-live.ts'
import type { ScopeName } from './expression-scope.ts'

const name = (id: string, value: unknown): ScopeName => ({ name: id, detail: '', value, upstream: true })
const names = [name('load', { rows: [1, 2, 3] }), name('later', undefined)]
const live = (text: string, condition = false) => {
  const read = referencedNames(text, condition, names)
  return read && evaluateLive(text, read, condition)
}

describe('the live value', () => {
  it('keeps the type of a lone expression', () => {
    expect(live('{{ load.rows }}')).toEqual({ kind: 'value', value: [1, 2, 3] })
    expect(live('{{ load.rows | length }} rows')).toEqual({ kind: 'value', value: '3 rows' })
    expect(live('load.rows | length > 2', true)).toEqual({ kind: 'value', value: true })
  })

  it('is unknown while a step has not run, a name does not exist or the text is not finished', () => {
    expect(live('{{ later.text }}')).toEqual({ kind: 'unknown' })
    expect(live('{{ nobody }}')).toBeNull()
    expect(live('{{ load. }}')).toEqual({ kind: 'unknown' })
  })

  it('says what goes wrong with these values', () => {
    expect(live('{{ load.rows.first.second }}')).toMatchObject({ kind: 'error' })
  })

  it('gives up on what would take long', () => {
    expect(live('{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}')).toMatchObject({
      kind: 'error',
    })
  })
})
