import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contentHash } from './content-hash.ts'
import { sha256 } from './sha-256.ts'
import { summarizeStep } from './summary.ts'
import { arbitraryDocument, arbitraryJson } from './testing/arbitrary-document.ts'
import { testManifest, testManifests } from './testing/manifests.ts'

const summary = (type: string, settings: Record<string, never> | object) =>
  summarizeStep(testManifests.get(type) ?? testManifest({ type }), { with: settings as Record<string, never> })

describe('summarizeStep', () => {
  it('says what a step does, with expressions as what they read and defaults filled in', () => {
    expect(summary('data.csv', { file: '{{ inputs.tickets }}' })).toBe('Rows of inputs.tickets')
    expect(summary('http.request', { url: 'https://x.org/{{ item.id }}' })).toBe('GET https://x.org/item.id')
    expect(summary('flow.branch', { condition: 'load.rows | length > 0' })).toBe('If load.rows | length > 0')
    expect(summary('text.template', { template: 'Dear {{ name }},\n{% for x in y %}{{ x }}{% endfor %}' })).toBe(
      'Dear name, …',
    )
  })

  it('falls back to the title and never throws', () => {
    expect(summary('data.csv', {})).toBe('Rows of')
    expect(summarizeStep(testManifest({ type: 't', title: 'Title', summary: '{{ a.b.c }}' }), {})).toBe('Title')
    fc.assert(
      fc.property(
        fc.constantFrom(...testManifests.values()),
        fc.dictionary(fc.constantFrom('file', 'url', 'method', 'template'), arbitraryJson),
        (manifest, settings) => {
          const line = summarizeStep(manifest, { with: settings })
          expect(line.length).toBeLessThanOrEqual(140)
          expect(line).not.toContain('\n')
        },
      ),
    )
  })
})

describe('contentHash', () => {
  it('is SHA-256', () => {
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(sha256('a'.repeat(1_000_000))).toBe('cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0')
  })

  it('ignores layout, comments and the order of keys, and nothing else', () => {
    fc.assert(
      fc.property(arbitraryDocument, (document) => {
        const hash = contentHash(document)
        const reversed = Object.fromEntries(Object.entries(document).reverse()) as typeof document
        expect(contentHash({ ...reversed, layout: { steps: { z: { x: 1, y: 1 } } }, comments: {} })).toBe(hash)
        expect(contentHash({ ...document, name: `${document.name}.` })).not.toBe(hash)
      }),
      { numRuns: 50 },
    )
  })
})
