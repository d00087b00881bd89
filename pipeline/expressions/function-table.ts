import type { Budget } from './budget.ts'
import { describe, typeName } from './values.ts'
import { printValue } from './print-value.ts'

/** What filters, tests and methods may use. */
export interface Runtime {
  budget: Budget
  now: Date | null
  dialect: 'jinja' | 'reference'
  applyFilter(name: string, input: unknown, positional: unknown[], named: Map<string, unknown>): unknown
  applyTest(name: string, input: unknown, positional: unknown[]): boolean
}

/** The default of a parameter that must be given. */
export const required: unique symbol = Symbol('required')

/** A filter, test or method: `parameters` maps names to defaults, in order; `rest` takes all arguments as given. */
export type Definition = { summary: string } & (
  | { parameters: Record<string, unknown>; run: (runtime: Runtime, input: unknown, ...values: unknown[]) => unknown }
  | {
      signature: string
      rest: (runtime: Runtime, input: unknown, positional: unknown[], named: Map<string, unknown>) => unknown
    }
)

export type FunctionTable = Record<string, Definition>

/** Calls a definition with arguments bound to its parameters; `what` names it in errors (`filter "round"`). */
export function invoke(
  definition: Definition,
  what: string,
  runtime: Runtime,
  input: unknown,
  positional: unknown[],
  named: ReadonlyMap<string, unknown>,
): unknown {
  runtime.budget.charge(1)
  if ('rest' in definition) return definition.rest(runtime, input, positional, new Map(named))
  const names = Object.keys(definition.parameters)
  if (positional.length > names.length) {
    runtime.budget.fail(`${what} takes ${names.length} arguments, got ${positional.length}`)
  }
  for (const name of named.keys()) {
    if (!names.includes(name)) {
      runtime.budget.fail(`${what} has no argument "${name}"; it has ${names.join(', ') || 'none'}`)
    }
  }
  const values = names.map((name, index) => {
    if (index < positional.length) return positional[index]
    if (named.has(name)) return named.get(name)
    const fallback = definition.parameters[name]
    if (fallback === required) runtime.budget.fail(`${what} needs the argument "${name}"`)
    return fallback
  })
  return definition.run(runtime, input, ...values)
}

/** `name(parameter, other="default")` as a person writes it. */
export function signatureOf(name: string, definition: Definition): string {
  if ('signature' in definition) return definition.signature
  const parameters = Object.entries(definition.parameters).map(([parameter, fallback]) =>
    fallback === required || fallback === undefined ? parameter : `${parameter}=${JSON.stringify(fallback)}`,
  )
  return parameters.length === 0 ? name : `${name}(${parameters.join(', ')})`
}

/** A value as text, for arguments and inputs that are texts. */
export function asText(runtime: Runtime, value: unknown): string {
  return typeof value === 'string' ? value : printValue(value, runtime.budget)
}

/** A whole number argument; fails on anything else. */
export function asInteger(runtime: Runtime, value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value
  return runtime.budget.fail(`${name} must be a whole number, got ${describe(value)}`)
}

/** A text argument; fails on anything else. */
export function requireText(runtime: Runtime, value: unknown, name: string): string {
  if (typeof value === 'string') return value
  return runtime.budget.fail(`${name} must be a text, got ${typeName(value) === 'text' ? '' : describe(value)}`)
}
