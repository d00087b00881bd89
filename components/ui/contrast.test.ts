import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

type Tokens = ReadonlyMap<string, [number, number, number]>

const css = readFileSync(new URL('../../app/globals.css', import.meta.url), 'utf8').replaceAll('"', "'")

/** The opaque OKLCH tokens of one rule, as linear sRGB clipped to the gamut as browsers do. */
function tokensOf(selector: string): Tokens {
  const start = css.indexOf(`${selector} {`)
  const body = css.slice(start, css.indexOf('}', start))
  const found = [...body.matchAll(/--([\w-]+): oklch\(([\d.]+) ([\d.]+) ([\d.]+)\);/g)]
  return new Map(found.map(([, name, l, c, h]) => [name!, linearOf(Number(l), Number(c), Number(h))]))
}

function linearOf(lightness: number, chroma: number, hue: number): [number, number, number] {
  const a = chroma * Math.cos((hue * Math.PI) / 180)
  const b = chroma * Math.sin((hue * Math.PI) / 180)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const clip = (value: number): number => Math.min(Math.max(value, 0), 1)
  return [
    clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ]
}

const luminance = ([red, green, blue]: [number, number, number]): number =>
  0.2126 * red + 0.7152 * green + 0.0722 * blue

function contrast(tokens: Tokens, front: string, back: string): number {
  const [one, other] = [front, back].map((name) => {
    const color = tokens.get(name)
    if (!color) throw new Error(`no colour token --${name}`)
    return luminance(color) + 0.05
  }) as [number, number]
  return Math.max(one, other) / Math.min(one, other)
}

const surfaces = ['canvas', 'surface', 'surface-quiet']
const statuses = ['running', 'succeeded', 'failed', 'waiting', 'skipped', 'stale', 'cached']
const categories = ['data', 'text', 'ai', 'flow', 'web', 'files'].map((name) => `category-${name}`)

/** Every pair of text and ground in use. */
const texts: [string, string][] = [
  ...['text', 'text-quiet', 'text-faint'].flatMap((front) => surfaces.map((back): [string, string] => [front, back])),
  ['text', 'surface-strong'],
  ['text-quiet', 'surface-strong'],
  ['text', 'accent-soft'],
  ['accent-text', 'surface'],
  ['accent-text', 'surface-quiet'],
  ['accent-text', 'accent-soft'],
  ['on-accent', 'accent'],
  ['failed', 'surface'],
  ['failed', 'surface-quiet'],
  ['failed', 'failed-soft'],
  ['text', 'failed-soft'],
  ['text-quiet', 'failed-soft'],
  ['waiting', 'waiting-soft'],
  ['running', 'running-soft'],
  ['succeeded', 'succeeded-soft'],
  ...categories.map((front): [string, string] => [front, 'surface']),
]

/** Lines, dots and icons that mean something. */
const marks: [string, string][] = [
  ...statuses.flatMap((front) => ['canvas', 'surface'].map((back): [string, string] => [front, back])),
  ['line-strong', 'surface'],
  ['line-strong', 'canvas'],
  ['accent', 'canvas'],
  ['accent', 'surface'],
]

describe.each([
  ['light', ':root'],
  ['dark', `[data-theme='dark']`],
])('the %s theme', (_theme, selector) => {
  const tokens = tokensOf(selector)

  it.each(texts)('reads %s on %s', (front, back) => {
    expect(contrast(tokens, front, back)).toBeGreaterThanOrEqual(4.5)
  })

  it.each(marks)('shows %s on %s', (front, back) => {
    expect(contrast(tokens, front, back)).toBeGreaterThanOrEqual(3)
  })
})

it('has the same colours in both themes', () => {
  expect([...tokensOf(`[data-theme='dark']`).keys()].sort()).toEqual([...tokensOf(':root').keys()].sort())
})
