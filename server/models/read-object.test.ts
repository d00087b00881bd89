import { describe, expect, it } from 'vitest'
import { compileSchema, readObject } from './read-object.ts'

const schema = { type: 'object', properties: { n: { type: 'integer', minimum: 1 } }, required: ['n'] }
const read = (text: string) => readObject(text, schema, { model: 'm', wasCut: false })

describe('the object in an answer', () => {
  it('is found plain, fenced and inside a sentence', () => {
    for (const text of ['{"n":1}', '```json\n{"n":1}\n```', 'Here you are: {"n":1}. Anything else?']) {
      expect(read(text)).toEqual({ n: 1 })
    }
  })

  it('is refused with the place and the reason, worth another try', () => {
    expect(() => read('{"n":0}')).toThrow(/does not fit the schema: n: /)
    expect(() => read('{}')).toThrow('does not fit')
    expect(() => read('I cannot do that.')).toThrow('did not answer with JSON')
    try {
      read('I cannot do that.')
    } catch (error) {
      expect(error).toMatchObject({ retryable: true, info: { details: { answer: 'I cannot do that.' } } })
    }
  })

  it('needs a schema that is one', () => {
    expect(() => compileSchema({ type: 'nonsense' })).toThrow('The schema cannot be used')
    expect(compileSchema({ type: 'array', items: { type: 'string' } }).safeParse(['a']).success).toBe(true)
  })
})
