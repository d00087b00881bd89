// @vitest-environment happy-dom
import { render } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { Markdown } from './markdown.tsx'

const html = (text: string): string => render(<Markdown text={text} />).container.innerHTML

describe('Markdown', () => {
  it('draws paragraphs, lists, emphasis and code', () => {
    const { container } = render(
      <Markdown text={'# Title\n\nA **bold** and `plain` word,\nsecond line.\n\n- one\n- *two*\n\n1. first'} />,
    )
    expect([...container.querySelectorAll('p')].map((element) => element.textContent)).toEqual([
      'Title',
      'A bold and plain word,\nsecond line.',
    ])
    expect(container.querySelector('strong')?.textContent).toBe('bold')
    expect(container.querySelector('code')?.textContent).toBe('plain')
    expect([...container.querySelectorAll('ul > li')].map((element) => element.textContent)).toEqual(['one', 'two'])
    expect(container.querySelectorAll('ol > li')).toHaveLength(1)
  })

  it('links only to web addresses, and never takes HTML', () => {
    const { container } = render(
      <Markdown text={'[a](https://example.com) [b](javascript:alert(1)) https://example.org/x.'} />,
    )
    expect([...container.querySelectorAll('a')].map((link) => link.getAttribute('href'))).toEqual([
      'https://example.com',
      'https://example.org/x',
    ])
    expect(html('<img src=x onerror=alert(1)>')).toContain('&lt;img')
  })

  it('shows unfinished marks as they are', () => {
    expect(render(<Markdown text={'2 * 3 and `open'} />).container.textContent).toBe('2 * 3 and `open')
    expect(render(<Markdown text={'```\nlet x'} />).container.querySelector('pre')?.textContent).toBe('let x')
  })
})
