import type { StepModels } from '#server/steps/define-step.ts'

/** The models that ship with the product: no key, no network, no cost. They work in a thread of their own. */
export interface LocalModels extends Pick<StepModels, 'embed' | 'sentiment' | 'entities' | 'ocr'> {
  /** Stops the thread; a later call starts it again. */
  close(): Promise<void>
}
