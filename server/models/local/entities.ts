import model from 'wink-eng-lite-web-model'
import winkNLP, { type ItemEntity, type WinkMethods } from 'wink-nlp'

export interface TextEntity {
  value: string
  /** `name`, or what wink-nlp calls it in lower case: date, time, duration, money, percent, cardinal, ordinal, email, url, hashtag, mention, emoji, emoticon. */
  type: string
  start: number
  end: number
}

let nlp: WinkMethods | undefined

/** Wink says which tokens belong together; where they are in the text we find by walking along it. */
function locateTokens(text: string, values: string[]): { start: number; end: number }[] {
  let cursor = 0
  return values.map((value) => {
    const found = text.indexOf(value, cursor)
    if (found < 0) return { start: cursor, end: cursor }
    cursor = found + value.length
    return { start: found, end: cursor }
  })
}

function readText(wink: WinkMethods, text: string): TextEntity[] {
  const { its } = wink
  const doc = wink.readDoc(text)
  const values = doc.tokens().out(its.value) as string[]
  const partsOfSpeech = doc.tokens().out(its.pos) as string[]
  const places = locateTokens(text, values)
  const taken = new Set<number>()
  const entities: TextEntity[] = []
  const add = (type: string, first: number, last: number) => {
    const start = places[first]?.start ?? 0
    const end = places[last]?.end ?? start
    if (end > start) entities.push({ value: text.slice(start, end), type, start, end })
  }
  doc.entities().each((entity: ItemEntity) => {
    const [first = 0, last = first] = entity.out(its.span) as unknown as number[]
    for (let index = first; index <= last; index += 1) taken.add(index)
    add(String(entity.out(its.type)).toLowerCase(), first, last)
  })
  // The model has no people, places or organisations of its own: a run of capitalised proper nouns is a name.
  const isName = (index: number) =>
    partsOfSpeech[index] === 'PROPN' && !taken.has(index) && /^\p{Lu}/u.test(values[index] ?? '')
  for (let first = 0; first < values.length; first += 1) {
    if (!isName(first)) continue
    let last = first
    while (last + 1 < values.length && isName(last + 1)) last += 1
    add('name', first, last)
    first = last
  }
  return entities.sort((left, right) => left.start - right.start)
}

/** What is named in each English text, in the order of the text; `text.slice(start, end)` is the value. */
export function findEntities(texts: string[]): TextEntity[][] {
  const wink = (nlp ??= winkNLP(model, ['sbd', 'pos', 'ner']))
  return texts.map((text) => (text.trim() ? readText(wink, text) : []))
}
