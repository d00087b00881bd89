import type { Budget } from './budget.ts'
import { chargeSearch } from './operators.ts'

/** Every word with a capital first letter and the rest in lower case; words end at white space, hyphens and brackets. */
export function titleCase(text: string): string {
  return text
    .split(/([-\s({[<]+)/)
    .map((part) => capitalize(part))
    .join('')
}

/** The first letter upper, the rest lower case. */
export function capitalize(text: string): string {
  const first = String.fromCodePoint(text.codePointAt(0) ?? 32)
  return text === '' ? '' : first.toUpperCase() + text.slice(first.length).toLowerCase()
}

/** Replaces a part of a text, the first `count` times (all when negative), within the budget. */
export function replaceText(text: string, from: string, to: string, count: number, budget: Budget): string {
  chargeSearch(text, from, budget)
  const parts = from === '' ? ['', ...Array.from(text), ''] : text.split(from)
  const replaced = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1)
  budget.allocate(text.length + replaced * to.length)
  if (replaced === parts.length - 1) return parts.join(to)
  return [parts.slice(0, replaced + 1).join(to), ...parts.slice(replaced + 1)].join(from)
}
