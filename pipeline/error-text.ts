import type { ErrorInfo } from './errors.ts'

/** `Step "Fetch page" (each[3].fetch), item 3 (acme.com)`: where an error was, empty when it was nowhere. */
export function errorPlace({ step, stepName, item }: Pick<ErrorInfo, 'step' | 'stepName' | 'item'>): string {
  if (step === undefined) return ''
  const name = stepName === undefined ? `Step "${step}"` : `Step "${stepName}" (${step})`
  if (!item) return name
  return `${name}, item ${item.index}${item.label === undefined ? '' : ` (${item.label})`}`
}

/** `Tried 3 times in 4.2 s, then its fallback text.template`: how often a step was tried; empty when once. */
export function triedWords({ tried }: Pick<ErrorInfo, 'tried'>): string {
  if (!tried || (tried.attempts <= 1 && tried.fallback === undefined)) return ''
  const times = tried.attempts === 1 ? 'once' : `${tried.attempts} times`
  const fallback = tried.fallback === undefined ? '' : `, then its fallback ${tried.fallback}`
  return `Tried ${times} in ${secondsOf(tried.durationMs)}${fallback}`
}

/** The whole error in one paragraph: where, what, what was tried, what would help. */
export function errorText(error: ErrorInfo): string {
  const place = errorPlace(error)
  // The error of a run begins with its place already.
  const what = place === '' || error.message.startsWith('Step "') ? error.message : `${place} failed: ${error.message}`
  return [what, triedWords(error), error.fix ?? ''].filter(Boolean).map(asSentence).join(' ')
}

const asSentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`)

function secondsOf(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.round(durationMs)} ms`
  if (durationMs < 120_000) return `${Math.round(durationMs / 100) / 10} s`
  return `${Math.round(durationMs / 60_000)} min`
}
