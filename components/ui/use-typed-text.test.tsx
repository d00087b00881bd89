// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { commitTypedTexts, sameNumber, useTypedText } from './use-typed-text.ts'

const committed: string[] = []

function NumberField({ normalise = (text: string) => text }: { normalise?(text: string): string }) {
  const [stored, setStored] = useState('1')
  const { text, onChange, flush } = useTypedText(
    stored,
    (next) => {
      committed.push(next)
      setStored(normalise(next))
    },
    sameNumber,
  )
  return (
    <>
      <input value={text} onChange={(event) => onChange(event.target.value)} onBlur={flush} />
      <button type="button" onClick={() => setStored('7')}>
        Elsewhere
      </button>
    </>
  )
}

const field = () => screen.getByRole<HTMLInputElement>('textbox')
const type = (value: string) => fireEvent.change(field(), { target: { value } })

beforeEach(() => {
  vi.useFakeTimers()
  committed.length = 0
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

it('hands on once after the last key', () => {
  render(<NumberField />)
  type('12')
  act(() => {
    vi.advanceTimersByTime(200)
  })
  type('123')
  act(() => {
    vi.advanceTimersByTime(200)
  })
  expect(committed).toEqual([])
  act(() => {
    vi.advanceTimersByTime(60)
  })
  expect(committed).toEqual(['123'])
  fireEvent.blur(field())
  expect(committed).toEqual(['123'])
})

it('shows a half-written number as typed although another text is stored', () => {
  render(<NumberField normalise={(text) => String(Number(text))} />)
  type('2.')
  act(() => {
    vi.advanceTimersByTime(300)
  })
  expect(committed).toEqual(['2.'])
  expect(field().value).toBe('2.')
  fireEvent.blur(field())
  expect(field().value).toBe('2')
})

it('follows a change from elsewhere once its own text is stored', () => {
  render(<NumberField />)
  type('5')
  act(() => {
    vi.advanceTimersByTime(300)
  })
  fireEvent.click(screen.getByRole('button'))
  expect(field().value).toBe('7')
})

it('hands on when it is asked to and when it goes away', () => {
  const { unmount } = render(<NumberField />)
  type('31')
  act(() => commitTypedTexts())
  expect(committed).toEqual(['31'])
  type('32')
  unmount()
  expect(committed).toEqual(['31', '32'])
})
