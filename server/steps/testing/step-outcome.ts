import { OrchestratorError } from '#pipeline/errors.ts'
import type { StepDefinition } from '../define-step.ts'
import { runStep, type RunStepOptions } from './run-step.ts'

type Arguments = [settings: Record<string, unknown>, scope?: Record<string, unknown>, options?: RunStepOptions]

/** Runs a step and gives its output alone. */
export async function outputOf(definition: StepDefinition, ...given: Arguments): Promise<unknown> {
  return (await runStep(definition, ...given)).output
}

/** Runs a step that must fail, and gives its error. */
export async function failureOf(definition: StepDefinition, ...given: Arguments): Promise<OrchestratorError> {
  try {
    await runStep(definition, ...given)
  } catch (error) {
    if (error instanceof OrchestratorError) return error
    throw error
  }
  throw new Error(`${definition.manifest.type} should have failed`)
}
