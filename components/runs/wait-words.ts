import type { Wait } from '#pipeline/events.ts'

/** What a parked step waits for, in a few words: `Approval: Refund over 500`, `Event “payment.received” for order-12`. */
export function waitWords(wait: Pick<Wait, 'kind' | 'title' | 'event' | 'key'>): string {
  switch (wait.kind) {
    case 'approval':
      return wait.title ? `Approval: ${wait.title}` : 'Waits for an approval'
    case 'form':
      return wait.title ? `Form: ${wait.title}` : 'Waits for somebody to fill in a form'
    case 'event':
      return `Waits for the event “${wait.event ?? ''}”${wait.key ? ` for ${wait.key}` : ''}`
    case 'time':
      return wait.title ?? 'Waits for its time'
  }
}

/** Whether a person can answer it. */
export const waitsForPerson = (wait: Pick<Wait, 'kind'>): boolean => wait.kind === 'approval' || wait.kind === 'form'
