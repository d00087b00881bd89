import { z } from 'zod'
import { OrchestratorError } from '#pipeline/errors.ts'
import { defineStep } from './define-step.ts'

/** A stretch of the text, in UTF-16 units as JavaScript counts them. */
interface Span {
  start: number
  end: number
}

const units = ['characters', 'words', 'sentences', 'lines', 'paragraphs', 'separator'] as const

export const textSplit = defineStep({
  type: 'text.split',
  title: 'Split text',
  summary: 'Cut by {{ by }}{% if size %}, at most {{ size }} characters each{% endif %}',
  icon: 'scissors',
  category: 'text',
  docs: `
Cuts a text into chunks that are small enough for a model or an index. The output is \`{ chunks, count }\`; each chunk has
its \`text\`, \`index\`, and where it \`start\`s and \`end\`s in the original.

Whole units (words, sentences, lines, paragraphs) are put together while they fit the size; only a unit longer than that
is itself cut. With **Overlap** each chunk begins with the last units of the one before, so that nothing is torn from its
context. A size of 0 makes every unit a chunk of its own.
`,
  keywords: ['chunk', 'segment', 'sentence', 'paragraph', 'lines', 'rag', 'divide', 'tokenize'],
  config: z.strictObject({
    text: z.string().meta({
      title: 'Text',
      description: 'The text to cut.',
      control: 'template',
      placeholder: '{{ document.text }}',
    }),
    by: z.enum(units).default('paragraphs').meta({
      title: 'By',
      description: 'Where a cut may fall.',
      control: 'select',
    }),
    size: z.int().min(0).default(1000).meta({
      title: 'Size',
      description: 'The most characters of a chunk; 0 for one unit each.',
      control: 'number',
    }),
    overlap: z.int().min(0).default(0).meta({
      title: 'Overlap',
      description: 'How many characters to repeat from the chunk before.',
      control: 'number',
    }),
    separator: z.string().min(1).default('---').meta({
      title: 'Separator',
      description: 'What stands between the units, when cutting by separator.',
      control: 'text',
      placeholder: '---',
      advanced: true,
    }),
    language: z.string().default('en').meta({
      title: 'Language',
      description: 'Decides where words and sentences end.',
      control: 'text',
      placeholder: 'en',
      advanced: true,
    }),
  }),
  output: z.object({
    chunks: z.array(
      z.object({
        index: z.int().meta({ description: 'From 0.' }),
        text: z.string(),
        start: z.int().meta({ description: 'Where it begins in the text, from 0.' }),
        end: z.int().meta({ description: 'Where it ends, not included.' }),
      }),
    ),
    count: z.int().meta({ description: 'How many chunks there are.' }),
  }),
  effects: 'pure',
  examples: [
    {
      title: 'Sentences up to a size',
      with: { text: 'One is short. Two is a little longer. Three.', by: 'sentences', size: 40 },
      output: {
        chunks: [
          { index: 0, text: 'One is short. Two is a little longer.', start: 0, end: 37 },
          { index: 1, text: 'Three.', start: 38, end: 44 },
        ],
        count: 2,
      },
    },
    {
      title: 'Every line',
      with: { text: 'first\nsecond\n\nthird', by: 'lines', size: 0 },
      output: { chunks: [{ text: 'first' }, { text: 'second' }, { text: 'third' }], count: 3 },
    },
    {
      title: 'Words with overlap',
      with: { text: 'a b c d e', by: 'words', size: 5, overlap: 2 },
      output: { chunks: [{ text: 'a b c' }, { text: 'c d e' }], count: 2 },
    },
    {
      title: 'By separator',
      with: { text: 'left---right', by: 'separator', size: 0 },
      output: { chunks: [{ text: 'left' }, { text: 'right', start: 7 }] },
    },
  ],
  execute({ config: { text, by, size, overlap, separator, language } }) {
    if (size > 0 && overlap >= size) {
      throw new OrchestratorError(
        'invalid-config',
        `The overlap (${overlap}) must be smaller than the size (${size}).`,
        {
          field: 'with.overlap',
          retryable: false,
        },
      )
    }
    const found =
      by === 'characters'
        ? windows(text, Math.max(size, 1), overlap, language)
        : gather(text, spansOf(text, by, separator, language), size, overlap)
    const chunks = found.map(({ start, end }, index) => ({ index, text: text.slice(start, end), start, end }))
    return { chunks, count: chunks.length }
  },
})

/** Windows of a fixed size, with ends moved back so that no character as people see it is torn. */
function windows(text: string, size: number, overlap: number, language: string): Span[] {
  const segments = new Intl.Segmenter(language, { granularity: 'grapheme' }).segment(text)
  const boundary = (at: number) => segments.containing(at)?.index ?? text.length
  const spans: Span[] = []
  const endOf = (start: number) => {
    const end = boundary(start + size)
    if (end > start) return end
    // One character as people see it that is longer than the size: cut it between its code points.
    const cut = start + size
    const torn = /[\uD800-\uDBFF]/.test(text[cut - 1] ?? '')
    return torn ? (cut - 1 > start ? cut - 1 : cut + 1) : cut
  }
  for (let start = 0; start < text.length;) {
    const end = endOf(start)
    spans.push({ start, end })
    if (end >= text.length) break
    const repeated = boundary(Math.max(end - overlap, start))
    // Repeating must leave room for something new.
    start = repeated > start && endOf(repeated) > end ? repeated : end
  }
  return spans
}

/** Whole units put together while they fit the size; longer ones are cut. */
function gather(text: string, spans: Span[], size: number, overlap: number): Span[] {
  const pieces = spans
    .map((span) => trim(text, span))
    .filter(({ start, end }) => end > start)
    .flatMap((span) => cut(text, span, size))
  return size === 0 ? pieces : pack(pieces, size, overlap).map((span) => trim(text, span))
}

function spansOf(
  text: string,
  by: Exclude<(typeof units)[number], 'characters'>,
  separator: string,
  language: string,
): Span[] {
  switch (by) {
    case 'words':
      return between(text, /\s+/g)
    case 'sentences':
      // A line break also ends a sentence: headings and list entries have no full stop.
      return between(text, /\n+/g).flatMap(({ start, end }) =>
        sentences(text.slice(start, end), language).map((span) => ({
          start: start + span.start,
          end: start + span.end,
        })),
      )
    case 'lines':
      return between(text, /\r?\n/g)
    case 'paragraphs':
      return between(text, /\r?\n[^\S\n]*(?:\r?\n[^\S\n]*)+/g)
    case 'separator':
      return between(text, new RegExp(RegExp.escape(separator), 'g'))
  }
}

function sentences(text: string, language: string): Span[] {
  const segmenter = new Intl.Segmenter(language, { granularity: 'sentence' })
  return Array.from(segmenter.segment(text), ({ index, segment }) => ({ start: index, end: index + segment.length }))
}

/** The stretches between the matches of a pattern. */
function between(text: string, pattern: RegExp): Span[] {
  const spans: Span[] = []
  let start = 0
  for (const match of text.matchAll(pattern)) {
    spans.push({ start, end: match.index })
    start = match.index + match[0].length
  }
  spans.push({ start, end: text.length })
  return spans
}

/** Without white space at either end, unless there is nothing else. */
function trim(text: string, { start, end }: Span): Span {
  const part = text.slice(start, end)
  if (part.trim() === '') return part.length === 1 ? { start, end } : { start, end: start }
  return { start: start + part.length - part.trimStart().length, end: end - (part.length - part.trimEnd().length) }
}

/** Cuts a span that is longer than the size at white space where there is some, never inside a character. */
function cut(text: string, span: Span, size: number): Span[] {
  if (size === 0 || span.end - span.start <= size) return [span]
  const pieces: Span[] = []
  let start = span.start
  while (span.end - start > size) {
    let end = start + size
    const space = text.slice(start, end + 1).search(/\s\S*$/)
    if (space > 0) end = start + space
    else if (/[\uD800-\uDBFF]/.test(text[end - 1] ?? '') && size > 1) end -= 1
    pieces.push({ start, end })
    start = end
    while (start < span.end && /\s/.test(text[start] ?? '')) start += 1
  }
  if (start < span.end) pieces.push({ start, end: span.end })
  return pieces
}

/** Puts neighbours together while they fit; each chunk starts with as many units of the last as fit the overlap. */
function pack(pieces: Span[], size: number, overlap: number): Span[] {
  const chunks: Span[] = []
  let first = 0
  for (let next = 0; next < pieces.length;) {
    const start = pieces[first]?.start ?? 0
    let last = next
    while ((pieces[last + 1]?.end ?? Number.POSITIVE_INFINITY) - start <= size) last += 1
    const end = pieces[last]?.end ?? start
    chunks.push({ start, end })
    next = last + 1
    first = next
    // Repeated units must leave room for the next one, or nothing new would be said.
    const room = (candidate: number) => (pieces[next]?.end ?? 0) - (pieces[candidate]?.start ?? 0) <= size
    while (overlap > 0 && first > 0 && end - (pieces[first - 1]?.start ?? 0) <= overlap && room(first - 1)) first -= 1
  }
  return chunks
}
