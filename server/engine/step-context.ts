import type { JsonValue } from '#pipeline/document.ts'
import { type EvaluateOptions, evaluateCondition, evaluateDeep } from '#pipeline/expressions/expressions.ts'
import type { ModelUsage, StepContext, StepDelta, StepModels } from '#server/steps/define-step.ts'
import type { Attempt } from './attempt.ts'
import type { StepServices } from './engine-types.ts'
import { locateExpression } from './locate-expression.ts'
import type { Redactor } from './redactor.ts'
import type { Names } from './step-scope.ts'

/** What a step's context is made of. */
export interface StepContextParts {
  attempt: Attempt
  config: unknown
  inputs: StepContext<never>['inputs']
  names: Names
  evaluateOptions: EvaluateOptions
  services: StepServices
  redactor: Redactor
  onDelta(delta: StepDelta): void
  onUsage(usage: ModelUsage): void
}

/** The only things a step can reach, bound to one attempt: nothing it does after its end is seen. */
export function createStepContext(parts: StepContextParts): StepContext<never> {
  const { attempt, names, evaluateOptions, services, redactor } = parts
  return {
    // The step's own schema has parsed it; the registry holds steps of every configuration type.
    config: parts.config as never,
    inputs: parts.inputs,
    evaluate(template, more) {
      try {
        return evaluateDeep(template, more ? { ...names, ...more } : names, evaluateOptions)
      } catch (error) {
        throw locateExpression(parts.config, template, error)
      }
    },
    evaluateCondition(condition, more) {
      try {
        return evaluateCondition(condition, more ? { ...names, ...more } : names, evaluateOptions)
      } catch (error) {
        throw locateExpression(parts.config, condition, error)
      }
    },
    signal: attempt.controller.signal,
    attempt: attempt.number,
    streaming: attempt.stream !== null,
    yield: (items) => (attempt.stream ? attempt.stream.yield(items) : Promise.resolve()),
    emit(delta) {
      if (!attempt.over) parts.onDelta(redactDelta(delta, redactor))
    },
    models: withUsage(services.models, parts.onUsage),
    fetch: services.fetch,
    secrets: {
      async get(name) {
        const secret = await services.secrets.get(name)
        if (secret !== undefined) redactor.add(secret)
        return secret
      },
    },
    files: services.files,
    code: services.code,
    log(level, message, details) {
      const shown = details && redactor.value(details as Record<string, JsonValue>)
      services.log?.(level, redactor.text(message), shown)
    },
  }
}

function redactDelta(delta: StepDelta, redactor: Redactor): StepDelta {
  if (delta.kind === 'text') return { ...delta, text: redactor.text(delta.text) }
  return delta.message === undefined ? delta : { ...delta, message: redactor.text(delta.message) }
}

function withUsage(models: StepModels, onUsage: (usage: ModelUsage) => void): StepModels {
  const counted: StepModels = Object.create(models)
  counted.generate = async (...parameters) => {
    const result = await models.generate(...parameters)
    onUsage(result.usage)
    return result
  }
  return counted
}
