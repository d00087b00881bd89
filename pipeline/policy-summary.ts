import type { Step } from './document.ts'

/** One policy of a step in a few quiet words, `icon` a lucide name in kebab-case. */
export interface PolicyNote {
  kind: 'retry' | 'timeout' | 'on_error' | 'fallback' | 'cache' | 'limit' | 'priority' | 'runs_on'
  icon: string
  /** `3 attempts`, `20 s`, `5 at once, 60 a minute`. */
  text: string
  /** A whole sentence, for a tooltip and for screen readers. */
  title: string
}

type Policies = Pick<
  Step,
  'retry' | 'timeout' | 'on_error' | 'error_value' | 'fallback' | 'cache' | 'limit' | 'priority' | 'runs_on'
>

/** What is set of a step's policies, in the order they come to bear; empty for a step without any. Never throws. */
export function summarizePolicies(step: Policies): PolicyNote[] {
  const notes: PolicyNote[] = []
  const note = (kind: PolicyNote['kind'], icon: string, text: string, title: string): void => {
    notes.push({ kind, icon, text, title })
  }
  const { retry, timeout, on_error: onError, fallback, cache, limit, priority, runs_on: labels } = step
  if (limit) {
    const bounds = [
      limit.concurrency === undefined ? '' : `${limit.concurrency} at once`,
      limit.rate === undefined ? '' : rateInWords(limit.rate),
    ].filter(Boolean)
    const text = bounds.join(', ') || String(limit.key)
    note('limit', 'gauge', text, `Shares the limit “${limit.key}” with all runs: ${text}`)
  }
  if (priority) note('priority', 'chevrons-up', `Priority ${priority}`, `Waits with priority ${priority}; 0 is usual`)
  if (labels?.length) {
    const text = labels.join(', ')
    note('runs_on', 'server', text, `Runs on workers with the label ${labels.join(' and ')}`)
  }
  if (cache && cache !== 'off') {
    const text = cache === 'forever' ? 'Kept forever' : `Kept ${durationInWords(cache)}`
    note('cache', 'database', text, `An equal step is not run again: ${text.toLowerCase()}`)
  }
  if (timeout) {
    const text = durationInWords(timeout)
    note('timeout', 'timer', text, `Gives up after ${text}`)
  }
  if (retry && retry.attempts > 1) {
    const on = retry.on?.length ? ` on ${retry.on.join(', ')}` : ''
    note('retry', 'rotate-cw', `${retry.attempts} attempts`, `Tried up to ${retry.attempts} times${on}`)
  }
  if (fallback?.type) note('fallback', 'life-buoy', fallback.type, `When it fails, ${fallback.type} runs instead`)
  if (onError === 'continue')
    note('on_error', 'skip-forward', 'Goes on', 'When it fails, the run goes on with a value instead')
  if (onError === 'port') note('on_error', 'split', 'Error port', 'When it fails, the run leaves by its error port')
  return notes
}

const rateUnits: Record<string, string> = { s: 'a second', m: 'a minute', h: 'an hour', d: 'a day' }

/** `60/m` as people say it: `60 a minute`. Anything else stays as it is. */
export function rateInWords(rate: string): string {
  const [count, unit = ''] = String(rate).split('/')
  return rateUnits[unit] ? `${count} ${rateUnits[unit]}` : String(rate)
}

/** `20s` with a space between number and unit, `20 s`; `m` is written `min`. */
export function durationInWords(duration: string): string {
  return String(duration).replace(/(ms|s|m|h|d)$/, (unit) => ` ${unit === 'm' ? 'min' : unit}`)
}
