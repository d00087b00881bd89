import type { Step } from '#pipeline/document.ts'

/** A plain step. */
export const plain = (id: string, ...needs: string[]): Step => ({ id, type: 'plain', needs })
/** These steps in a try with a catch and a finally. */
export const guarded = (...steps: Step[]): Step => ({
  id: 'safe',
  type: 'try',
  steps: [
    ...steps,
    { id: 'rescue', type: 'catch', steps: [plain('notify')] },
    { id: 'close', type: 'finally', steps: [plain('unlock')] },
  ],
})
