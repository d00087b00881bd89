import type { FormField } from '#pipeline/wait-details.ts'
import { describe, expect, it } from 'vitest'
import { initialForm, readForm } from './form-values.ts'

const fields: FormField[] = [
  { name: 'amount', type: 'number' },
  { name: 'note', required: false },
  { name: 'urgent', type: 'boolean', default: true },
  { name: 'team', type: 'choice', options: ['north', 7] },
]

describe('a form for a person', () => {
  it('starts with the defaults', () => {
    expect(initialForm(fields)).toEqual({ amount: '', note: '', urgent: true, team: '' })
  })

  it('reads values by their type and leaves out what may be empty', () => {
    expect(readForm(fields, { amount: '12,50', note: ' ', urgent: false, team: '7' })).toEqual({
      values: { amount: 12.5, urgent: false, team: 7 },
      errors: {},
    })
  })

  it('says for each field what is wrong', () => {
    const { errors } = readForm(fields, { amount: 'twelve', note: '', urgent: true, team: 'south' })
    expect(errors).toEqual({ amount: '“twelve” is not a number', team: 'Pick one of the options' })
    expect(readForm(fields, initialForm(fields)).errors).toEqual({
      amount: 'Please fill this in',
      team: 'Please fill this in',
    })
  })
})
