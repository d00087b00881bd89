import { describe, expect, it } from 'vitest'
import type { Wait } from '#pipeline/events.ts'
import { askPerson } from './ask-person.ts'
import { findAnswer, parseAnswerOptions, readGivenAnswer } from './given-answers.ts'

/** A terminal at which these lines are typed, and what it showed. */
function terminalOf(...typed: string[]) {
  const shown: string[] = []
  return {
    shown,
    print: (line: string) => void shown.push(line),
    async ask(prompt: string) {
      shown.push(prompt)
      const next = typed.shift()
      if (next === undefined) throw new Error(`asked once too often: ${prompt}`)
      return next
    },
  }
}

const approval = (more: object = {}): Wait => ({
  kind: 'approval',
  title: 'Go?',
  details: { editable: false, onTimeout: 'fail', ...more },
})
const form: Wait = {
  kind: 'form',
  title: 'How much?',
  details: {
    fields: [
      { name: 'amount', type: 'number', label: 'Amount' },
      { name: 'note', required: false, help: 'For the file.' },
      { name: 'how', type: 'choice', options: ['card', 'cash'], default: 'card' },
    ],
  },
}
const at = expect.any(Number)

describe('askPerson', () => {
  it('asks until it is a yes or a no, and for a reason', async () => {
    const terminal = terminalOf('perhaps', 'N', 'too much')
    const answer = await askPerson('ask', approval({ text: 'Look:', value: { euros: 3 } }), terminal, 'ada')
    expect(answer).toEqual({ kind: 'rejected', reason: 'too much', by: 'ada', at })
    expect(terminal.shown.slice(0, 3)).toEqual(['\n? Go?', 'Look:', '{\n  "euros": 3\n}'])
    expect(await askPerson('ask', approval(), terminalOf('yes'), 'ada')).toEqual({ kind: 'approved', by: 'ada', at })
  })

  it('takes an edited value only where it may be edited', async () => {
    const edited = await askPerson('ask', approval({ value: 1, editable: true }), terminalOf('e', '{', '2'), 'ada')
    expect(edited).toMatchObject({ kind: 'approved', value: 2 })
    const fixed = await askPerson('ask', approval({ value: 1 }), terminalOf('e', 'y'), 'ada')
    expect(fixed).not.toHaveProperty('value')
  })

  it('asks for each field of a form until it fits', async () => {
    const terminal = terminalOf('', 'much', '12', '', '')
    const answer = await askPerson('form', form, terminal, 'ada')
    expect(answer).toMatchObject({ kind: 'submitted', value: { amount: 12, note: null, how: 'card' } })
    expect(terminal.shown).toContain('  "Amount" is required.')
    expect(terminal.shown).toContain('  For the file.')
    expect(terminal.shown.at(-1)).toBe('  how (card | cash) [card]: ')
  })

  it('asks for the payload of an event', async () => {
    const wait: Wait = { kind: 'event', event: 'paid', key: 'A' }
    expect(await askPerson('paid', wait, terminalOf('{"euros":1}'), 'ada')).toMatchObject({ value: { euros: 1 } })
    expect(await askPerson('paid', wait, terminalOf(''), 'ada')).toMatchObject({ kind: 'event', value: null })
  })
})

describe('--answer', () => {
  it('is for a step, or for that step of every item', () => {
    const answers = parseAnswerOptions(['each.ask=approve', 'each[2].ask=reject: no', 'form={"a": "b=c"}'])
    expect(findAnswer(answers, 'each[2].ask')).toBe('reject: no')
    expect(findAnswer(answers, 'each[3].ask')).toBe('approve')
    expect(findAnswer(answers, 'form')).toBe('{"a": "b=c"}')
    expect(findAnswer(answers, 'ask')).toBeUndefined()
    expect(() => parseAnswerOptions(['approve'])).toThrow('does not say which step')
  })

  it.each([
    [approval(), 'approve', { kind: 'approved' }],
    [approval(), 'reject: too much', { kind: 'rejected', reason: 'too much' }],
    [form, '{"amount": "3"}', { kind: 'submitted', value: { amount: 3, note: null, how: 'card' } }],
    [{ kind: 'event', event: 'paid' } as Wait, '[1]', { kind: 'event', value: [1] }],
    [{ kind: 'event', event: 'paid' } as Wait, '', { kind: 'event', value: null }],
  ])('is read for what the step asks: %o', (wait, text, expected) => {
    expect(readGivenAnswer('ask', wait, text)).toMatchObject({ ...expected, by: expect.any(String) })
  })

  it.each([
    [approval(), 'yes', 'is not an answer to the approval "ask"'],
    [form, '[1]', 'must be a JSON object'],
    [form, '{', 'is not JSON'],
    [form, '{}', '"Amount" is required.'],
  ])('says what is wrong with it: %o', (wait, text, message) => {
    expect(() => readGivenAnswer('ask', wait, text)).toThrow(message)
  })
})
