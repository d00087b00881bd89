import type { StepCategory, StepManifest } from '#pipeline/manifest.ts'

/** Step categories in the order of the palette. */
export const categories: readonly { id: StepCategory; title: string }[] = [
  { id: 'data', title: 'Data' },
  { id: 'ai', title: 'AI' },
  { id: 'text', title: 'Text' },
  { id: 'web', title: 'Web' },
  { id: 'files', title: 'Files' },
  { id: 'flow', title: 'Flow' },
]

/** The first sentence of the docs, without Markdown. */
export function briefOf(manifest: StepManifest): string {
  const paragraph = manifest.docs
    .split(/\n\s*\n/)[0]!
    .replaceAll(/[`*_]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return /^.*?[.!?](?=\s|$)/.exec(paragraph)?.[0] ?? paragraph
}

/** How well a step type fits the words typed, 0 for not at all: title before type before keywords before docs. */
export function scoreOf(manifest: StepManifest, search: string): number {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return 1
  const title = manifest.title.toLowerCase()
  const keywords = manifest.keywords.map((keyword) => keyword.toLowerCase())
  let total = 0
  for (const word of words) {
    const score = title.startsWith(word)
      ? 10
      : title.includes(word)
        ? 8
        : manifest.type.includes(word)
          ? 7
          : keywords.some((keyword) => keyword.startsWith(word))
            ? 5
            : keywords.some((keyword) => keyword.includes(word))
              ? 3
              : briefOf(manifest).toLowerCase().includes(word)
                ? 1
                : 0
    if (score === 0) return 0
    total += score
  }
  return total
}

/** The step types that fit, best first; in palette order when nothing is typed. */
export function searchSteps(manifests: ReadonlyMap<string, StepManifest>, search: string): StepManifest[] {
  const all = [...manifests.values()]
  if (search.trim() === '') {
    return categories.flatMap(({ id }) => all.filter((manifest) => manifest.category === id))
  }
  return all
    .map((manifest) => ({ manifest, score: scoreOf(manifest, search) }))
    .filter(({ score }) => score > 0)
    .sort((left, right) => right.score - left.score)
    .map(({ manifest }) => manifest)
}
