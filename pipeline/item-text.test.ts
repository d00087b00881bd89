import { describe, expect, it } from 'vitest'
import { addToItem, readItemText, toText } from './item-text.ts'

describe('the text of an item', () => {
  it('is the field that was asked for, also inside an object', () => {
    expect(readItemText({ title: 'One', author: { name: 'Ada' } }, 'author.name')).toBe('Ada')
    expect(readItemText({ year: 1843 }, 'year')).toBe('1843')
    expect(readItemText({ title: null }, 'title')).toBe('')
  })

  it('is the item itself, or all texts of an object, where no field is named', () => {
    expect(readItemText('plain')).toBe('plain')
    expect(readItemText({ title: 'One', year: 1843, body: 'Two' })).toBe('One\nTwo')
    expect(readItemText({ year: 1843 })).toBe('{"year":1843}')
  })

  it('is an error that lists the fields when the one asked for is not there', () => {
    expect(() => readItemText({ title: 'One', body: '' }, 'text')).toThrow('no field "text"')
    try {
      readItemText({ title: 'One', body: '' }, 'text')
    } catch (error) {
      expect(error).toMatchObject({ code: 'invalid-config', info: { fix: 'Its fields are: title, body.' } })
    }
    expect(() => readItemText('plain', 'text')).toThrow('no field')
    expect(() => readItemText({}, 'constructor')).toThrow('no field')
  })
})

it('adds results to an item without changing it', () => {
  const item = { text: 'x' }
  expect(addToItem(item, { score: 1 })).toEqual({ text: 'x', score: 1 })
  expect(addToItem('x', { score: 1 })).toEqual({ text: 'x', score: 1 })
  expect(item).toEqual({ text: 'x' })
})

it('writes values as text', () => {
  expect([toText('a'), toText(undefined), toText(null), toText(2), toText({ a: 1 })]).toEqual([
    'a',
    '',
    '',
    '2',
    '{"a":1}',
  ])
})
