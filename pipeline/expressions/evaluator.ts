import type { Arguments, Expression } from './ast.ts'
import { Budget } from './budget.ts'
import { filters } from './filters/filters.ts'
import type { Runtime } from './function-table.ts'
import { invoke } from './function-table.ts'
import { globals } from './globals.ts'
import { LoopState } from './loop-state.ts'
import { readMember, sliceValue } from './members.ts'
import { methodsOf } from './methods.ts'
import { nearestName } from './nearest-name.ts'
import { applyBinary, applyCompare } from './operators.ts'
import { printValue } from './print-value.ts'
import { tests } from './tests.ts'
import { Callable, describe, type Dict, isDict, isNumeric, isTruthy, listNames, Namespace, setOwn } from './values.ts'

/** Variables of a block; looked up from the inside out, then in the scope, then among the globals. */
export interface Frame {
  names: Map<string, unknown>
  parent: Frame | null
}

export interface EvaluatorOptions {
  budget: Budget
  now: Date | null
  dialect: 'jinja' | 'reference'
}

const noArguments: ReadonlyMap<string, unknown> = new Map()

/** Computes expressions by walking the tree; every failure is an OrchestratorError with a position. */
export class Evaluator implements Runtime {
  readonly budget: Budget
  readonly now: Date | null
  readonly dialect: 'jinja' | 'reference'
  private readonly scope: Record<string, unknown>

  constructor(scope: Record<string, unknown>, options: EvaluatorOptions) {
    this.scope = scope
    this.budget = options.budget
    this.now = options.now
    this.dialect = options.dialect
  }

  evaluate(node: Expression, frame: Frame | null): unknown {
    switch (node.kind) {
      case 'literal':
        return node.value
      case 'name':
        return this.lookUp(node.name, frame)
      default:
    }
    this.budget.charge(1)
    this.budget.enter()
    const value = this.compute(node, frame)
    this.budget.leave()
    return value
  }

  private compute(node: Expression, frame: Frame | null): unknown {
    const { budget } = this
    switch (node.kind) {
      case 'literal':
      case 'name':
        return this.evaluate(node, frame)
      case 'attribute': {
        const object = this.evaluate(node.object, frame)
        if (object === undefined) this.failOnMissing(node.object, object, `.${node.name}`, node, frame)
        budget.at = node
        return readMember(object, node.name, budget)
      }
      case 'index': {
        const object = this.evaluate(node.object, frame)
        const key = this.evaluate(node.index, frame)
        if (object === undefined) {
          this.failOnMissing(node.object, object, `[${this.sourceOf(node.index)}]`, node, frame)
        }
        budget.at = node
        return readMember(object, key, budget)
      }
      case 'slice': {
        const object = this.evaluate(node.object, frame)
        const [from, to, step] = [node.from, node.to, node.step].map((part) =>
          part ? this.evaluate(part, frame) : null,
        )
        if (object === undefined || object === null) this.failOnMissing(node.object, object, '[:]', node, frame)
        budget.at = node
        return sliceValue(object, from, to, step, budget)
      }
      case 'call':
        return this.call(node, frame)
      case 'filter': {
        const input = this.evaluate(node.input, frame)
        const positional = this.positional(node.arguments, frame)
        const named = this.named(node.arguments, frame)
        budget.at = { start: node.nameStart, end: node.end }
        const value = this.applyFilter(node.name, input, positional, named)
        budget.account(value)
        return value
      }
      case 'test': {
        const input = this.evaluate(node.input, frame)
        const positional = this.positional(node.arguments, frame)
        if (node.arguments.named.length > 0) budget.fail('tests have no named arguments', node)
        budget.at = { start: node.nameStart, end: node.end }
        return this.applyTest(node.name, input, positional) !== node.negated
      }
      case 'unary': {
        const operand = this.evaluate(node.operand, frame)
        if (node.operator === 'not') return !isTruthy(operand)
        if (!isNumeric(operand)) budget.fail(`cannot compute ${node.operator} of ${describe(operand)}`, node)
        return node.operator === '-' ? 0 - Number(operand) : Number(operand)
      }
      case 'binary': {
        const left = this.evaluate(node.left, frame)
        const right = this.evaluate(node.right, frame)
        budget.at = node
        return applyBinary(node.operator, left, right, budget)
      }
      case 'logical': {
        const left = this.evaluate(node.left, frame)
        return isTruthy(left) === (node.operator === 'and') ? this.evaluate(node.right, frame) : left
      }
      case 'concat': {
        let text = ''
        for (const part of node.parts) {
          const value = this.evaluate(part, frame)
          budget.at = node
          const printed = printValue(value, budget)
          budget.allocate(printed.length)
          text += printed
        }
        return text
      }
      case 'compare': {
        let left = this.evaluate(node.first, frame)
        for (const { operator, operand } of node.rest) {
          const right = this.evaluate(operand, frame)
          budget.at = node
          if (!applyCompare(operator, left, right, budget)) return false
          left = right
        }
        return true
      }
      case 'conditional':
        if (isTruthy(this.evaluate(node.test, frame))) return this.evaluate(node.whenTrue, frame)
        return node.otherwise ? this.evaluate(node.otherwise, frame) : undefined
      case 'list':
        budget.allocate(node.items.length * 8)
        return node.items.map((item) => this.evaluate(item, frame))
      case 'dict': {
        budget.allocate(node.entries.length * 16)
        const dict: Dict = {}
        for (const { key, value } of node.entries) {
          const name = this.evaluate(key, frame)
          if (typeof name !== 'string' && typeof name !== 'number' && typeof name !== 'boolean') {
            budget.fail(`${describe(name)} cannot be a key of a dictionary`, key, 'Use a text or a number.')
          }
          setOwn(dict, printValue(name, budget), this.evaluate(value, frame))
        }
        return dict
      }
    }
  }

  applyFilter(name: string, input: unknown, positional: unknown[], named: ReadonlyMap<string, unknown>): unknown {
    const definition = filters.get(name)
    if (!definition) return this.failOnName('filter', name, filters)
    return invoke(definition, `filter "${name}"`, this, input, positional, named)
  }

  applyTest(name: string, input: unknown, positional: unknown[]): boolean {
    const definition = tests.get(name)
    if (!definition) return this.failOnName('test', name, tests)
    return Boolean(invoke(definition, `test "${name}"`, this, input, positional, noArguments))
  }

  /** Calls a function of the language. */
  callValue(value: unknown, positional: unknown[], named: Map<string, unknown>): unknown {
    if (value instanceof LoopState && value.recurse) return value.recurse.call(positional, named)
    if (!(value instanceof Callable)) return this.budget.fail(`${describe(value)} cannot be called`)
    this.budget.enter()
    const result = value.call(positional, named)
    this.budget.leave()
    this.budget.account(result)
    return result
  }

  positional(callArguments: Arguments, frame: Frame | null): unknown[] {
    const values: unknown[] = []
    for (const argument of callArguments.positional) values.push(this.evaluate(argument, frame))
    return values
  }

  named(callArguments: Arguments, frame: Frame | null): Map<string, unknown> {
    const values = new Map<string, unknown>()
    for (const argument of callArguments.named) values.set(argument.name, this.evaluate(argument.value, frame))
    return values
  }

  lookUp(name: string, frame: Frame | null): unknown {
    for (let current = frame; current; current = current.parent) {
      const value = current.names.get(name)
      if (value !== undefined || current.names.has(name)) return value
    }
    if (Object.hasOwn(this.scope, name)) return this.scope[name]
    return this.global(name)
  }

  private global(name: string): Callable | undefined {
    const definition = globals.get(name)
    if (!definition) return undefined
    return new Callable(name, (positional, named) =>
      invoke(definition, `function "${name}"`, this, undefined, positional, named),
    )
  }

  private call(node: Expression & { kind: 'call' }, frame: Frame | null): unknown {
    const { callee } = node
    const { budget } = this
    if (callee.kind === 'attribute') {
      const object = this.evaluate(callee.object, frame)
      if (object === undefined || object === null) {
        this.failOnMissing(callee.object, object, `.${callee.name}()`, node, frame)
      }
      const own = readMember(object, callee.name, budget)
      const positional = this.positional(node.arguments, frame)
      const named = this.named(node.arguments, frame)
      budget.at = node
      if (own instanceof Callable) return this.callValue(own, positional, named)
      const methods = methodsOf(object)
      const method = methods.get(callee.name)
      if (!method) {
        return budget.fail(
          `${describe(object)} has no method "${callee.name}"; it has ${[...methods.keys()].join(', ') || 'none'}`,
        )
      }
      const value = invoke(method, `method "${callee.name}"`, this, object, positional, named)
      budget.account(value)
      return value
    }
    let value = this.evaluate(callee, frame)
    if (callee.kind === 'name' && !(value instanceof Callable) && !(value instanceof LoopState)) {
      value = this.global(callee.name) ?? value
      if (value === undefined) {
        budget.at = callee
        return this.failOnName('function', callee.name, globals)
      }
    }
    const positional = this.positional(node.arguments, frame)
    const named = this.named(node.arguments, frame)
    budget.at = node
    return this.callValue(value, positional, named)
  }

  private sourceOf(node: Expression): string {
    const text = this.budget.source.slice(node.start, node.end)
    return text.length > 60 ? `${text.slice(0, 60)}...` : text
  }

  private failOnName(kind: string, name: string, known: ReadonlyMap<string, unknown>): never {
    const names = [...known.keys()]
    const near = nearestName(name, names)
    const fix = near ? `Did you mean "${near}"?` : `There are ${names.sort().join(', ')}.`
    return this.budget.fail(`there is no ${kind} "${name}"`, undefined, fix)
  }

  private failOnMissing(
    object: Expression,
    value: unknown,
    access: string,
    node: Expression,
    frame: Frame | null,
  ): never {
    const what = value === undefined ? 'undefined' : 'none'
    const fix = 'Check the name, or give a value with | default(...).'
    const available = this.availableBeside(object, frame)
    this.budget.fail(`"${this.sourceOf(object)}" is ${what}, so ${access} cannot be read${available}`, node, fix)
  }

  /** What could have been written instead of the part that turned out to be undefined. */
  private availableBeside(object: Expression, frame: Frame | null): string {
    if (object.kind === 'name') {
      const names = new Set(Object.keys(this.scope))
      for (let current = frame; current; current = current.parent)
        for (const name of current.names.keys()) names.add(name)
      return `; the names here are ${listNames([...names])}`
    }
    if (object.kind !== 'attribute' && object.kind !== 'index') return ''
    const parent = this.evaluate(object.object, frame)
    if (parent instanceof LoopState) return `; loop has ${LoopState.names}`
    if (parent instanceof Namespace)
      return `; "${this.sourceOf(object.object)}" has ${listNames([...parent.values.keys()])}`
    if (isDict(parent)) return `; "${this.sourceOf(object.object)}" has ${listNames(Object.keys(parent))}`
    return `; "${this.sourceOf(object.object)}" is ${describe(parent)}`
  }
}
