import { describeValue } from '#components/ui/value-view.tsx'

/** A small value itself (`12`, `"Bonn"`), of others what they are (`3 rows × 2 columns`). */
export function shortValue(value: unknown, lengths?: Readonly<Record<string, number>>): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string' && value.length <= 40 && !value.includes('\n')) return `"${value}"`
  return describeValue(value, lengths)
}
