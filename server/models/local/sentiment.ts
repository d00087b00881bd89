import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

interface VaderModule {
  SentimentIntensityAnalyzer: { polarity_scores(text: string): { compound: number } }
}
let vader: VaderModule | undefined

/** The bounds VADER's authors recommend. */
const threshold = 0.05

/** VADER's reading of each English text: `score` from -1 to 1. */
export function readSentiment(texts: string[]): { label: 'positive' | 'neutral' | 'negative'; score: number }[] {
  const { SentimentIntensityAnalyzer } = (vader ??= require('vader-sentiment') as VaderModule)
  return texts.map((text) => {
    const score = text.trim() ? SentimentIntensityAnalyzer.polarity_scores(text).compound : 0
    return { label: score >= threshold ? 'positive' : score <= -threshold ? 'negative' : 'neutral', score }
  })
}
