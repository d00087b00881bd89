import { describe, expect, it } from 'vitest'
import { resolveInputs } from './check-inputs.ts'
import type { PipelineDocument } from './document.ts'

const inputs: PipelineDocument['inputs'] = {
  name: {},
  size: { type: 'number', default: 3 },
  quick: { type: 'boolean', required: false },
  tags: { type: 'list', default: [] },
  extra: { type: 'json', required: false },
  tone: { type: 'choice', options: ['warm', 2], default: 'warm' },
}

describe('resolveInputs', () => {
  it('reads texts by the type of the input and fills in defaults', () => {
    const given = { name: 'Ada', size: '4.5', quick: 'yes', tags: '["a"]', extra: '{"a": 1}', tone: '2' }
    expect(resolveInputs({ inputs }, given)).toEqual({
      problems: [],
      values: { name: 'Ada', size: 4.5, quick: true, tags: ['a'], extra: { a: 1 }, tone: 2 },
    })
    expect(resolveInputs({ inputs }, { name: '' }).values).toEqual({
      name: '',
      size: 3,
      quick: null,
      tags: [],
      extra: null,
      tone: 'warm',
    })
  })

  it('lists all that is missing, unknown or of another type', () => {
    const given = { size: 'many', quick: 'maybe', tags: 'a', extra: '{', tone: 'cold', nmae: 'x' }
    const { problems } = resolveInputs({ inputs }, given)
    expect(problems.map(({ code, field }) => `${code} ${field}`).sort()).toEqual([
      'input-invalid inputs.extra',
      'input-invalid inputs.nmae',
      'input-invalid inputs.quick',
      'input-invalid inputs.size',
      'input-invalid inputs.tags',
      'input-invalid inputs.tone',
      'input-missing inputs.name',
    ])
    expect(problems.find(({ field }) => field === 'inputs.nmae')?.message).toContain('Did you mean "name"?')
  })
})
