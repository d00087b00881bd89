import type { Expression, FilterCall, MacroParameter, Target, TemplateNode } from './ast.ts'
import { Evaluator, type Frame } from './evaluator.ts'
import { LoopState } from './loop-state.ts'
import { printValue } from './print-value.ts'
import { Callable, describe, isEqual, isTruthy, Namespace, toList } from './values.ts'

type Signal = 'break' | 'continue' | null
type ForNode = TemplateNode & { kind: 'for' }

/** Collects the text of a block. */
interface Output {
  text: string
}

/** Renders the statements of a template on top of the expression evaluator. */
export class Renderer extends Evaluator {
  render(nodes: readonly TemplateNode[], frame: Frame): string {
    const output: Output = { text: '' }
    this.run(nodes, frame, output)
    return output.text
  }

  private run(nodes: readonly TemplateNode[], frame: Frame, output: Output): Signal {
    this.budget.enter()
    for (const node of nodes) {
      this.budget.charge(1)
      this.budget.at = node
      const signal = this.runNode(node, frame, output)
      if (signal) {
        this.budget.leave()
        return signal
      }
    }
    this.budget.leave()
    return null
  }

  private write(text: string, output: Output): void {
    this.budget.allocate(text.length)
    output.text += text
  }

  private runNode(node: TemplateNode, frame: Frame, output: Output): Signal {
    switch (node.kind) {
      case 'text':
        this.write(node.text, output)
        return null
      case 'output': {
        const value = this.evaluate(node.expression, frame)
        this.budget.at = node
        this.write(printValue(value, this.budget), output)
        return null
      }
      case 'if':
        for (const branch of node.branches) {
          if (isTruthy(this.evaluate(branch.test, frame))) return this.run(branch.body, frame, output)
        }
        return node.otherwise ? this.run(node.otherwise, frame, output) : null
      case 'for':
        this.runFor(node, this.evaluate(node.iterable, frame), frame, output, 0)
        return null
      case 'set': {
        const value = this.evaluate(node.value, frame)
        for (const target of node.targets) this.assign(target, value, frame)
        return null
      }
      case 'set-block':
        this.assign(node.target, this.runFiltered(node.body, node.filters, frame), frame)
        return null
      case 'filter-block':
        this.write(printValue(this.runFiltered(node.body, node.filters, frame), this.budget), output)
        return null
      case 'with': {
        const inner = childOf(frame)
        for (const { target, value } of node.bindings) this.assign(target, this.evaluate(value, frame), inner)
        return this.run(node.body, inner, output)
      }
      case 'macro':
        frame.names.set(node.name.name, this.macro(node.name.name, node.parameters, node.body, frame))
        return null
      case 'call-block':
        this.runCall(node, frame, output)
        return null
      case 'do':
        this.evaluate(node.expression, frame)
        return null
      case 'break':
      case 'continue':
        return node.kind
      case 'error':
        return null
    }
  }

  private runFiltered(body: TemplateNode[], calls: FilterCall[], frame: Frame): unknown {
    let value: unknown = this.render(body, childOf(frame))
    for (const call of calls) {
      const positional = this.positional(call.arguments, frame)
      const named = this.named(call.arguments, frame)
      this.budget.at = call
      value = this.applyFilter(call.name, value, positional, named)
      this.budget.account(value)
    }
    return value
  }

  private runFor(node: ForNode, iterable: unknown, frame: Frame, output: Output, depth: number): void {
    this.budget.at = node.iterable
    let items = toList(iterable, this.budget)
    if (node.condition) {
      const { condition } = node
      items = items.filter((item) => {
        this.budget.charge(1)
        const inner = childOf(frame)
        this.assign(node.target, item, inner)
        return isTruthy(this.evaluate(condition, inner))
      })
      this.budget.account(items)
    }
    if (items.length === 0) {
      if (node.otherwise) this.run(node.otherwise, childOf(frame), output)
      return
    }
    const loop = this.loopOf(node, items, frame, depth)
    for (let index = 0; index < items.length; index += 1) {
      this.budget.charge(1)
      loop.index0 = index
      const inner = childOf(frame)
      inner.names.set('loop', loop)
      this.budget.at = node
      this.assign(node.target, items[index], inner)
      if (this.run(node.body, inner, output) === 'break') return
    }
  }

  private loopOf(node: ForNode, items: readonly unknown[], frame: Frame, depth: number): LoopState {
    let last: unknown[] | null = null
    const state: LoopState = new LoopState(items, depth, {
      cycle: new Callable('loop.cycle', (values) => {
        if (values.length === 0) return this.budget.fail('loop.cycle needs at least one value')
        return values[state.index0 % values.length]
      }),
      changed: new Callable('loop.changed', (values) => {
        const changed = last === null || !isEqual(last, values, this.budget)
        last = values
        return changed
      }),
      recurse: node.recursive
        ? new Callable('loop', ([children]) => {
            const inner: Output = { text: '' }
            this.runFor(node, children, frame, inner, depth + 1)
            return inner.text
          })
        : null,
    })
    return state
  }

  private assign(target: Target, value: unknown, frame: Frame): void {
    if (target.kind === 'name') {
      frame.names.set(target.name, value)
      return
    }
    if (target.kind === 'names') {
      const values = Array.isArray(value) ? value : null
      if (!values || values.length !== target.items.length) {
        const names = target.items.map((item) => item.name).join(', ')
        return this.budget.fail(
          `${describe(value)} cannot be unpacked into ${names}`,
          target,
          'For a dictionary loop over .items().',
        )
      }
      target.items.forEach((item, index) => frame.names.set(item.name, values[index]))
      return
    }
    const object = this.lookUp(target.object.name, frame)
    if (!(object instanceof Namespace)) {
      return this.budget.fail(
        `${describe(object)} cannot be changed`,
        target,
        'Only attributes of a namespace() can be set.',
      )
    }
    object.values.set(target.name, value)
  }

  private macro(name: string, parameters: MacroParameter[], body: TemplateNode[], frame: Frame): Callable {
    return new Callable(name, (positional, named) => {
      const inner = childOf(frame)
      if (positional.length > parameters.length) {
        return this.budget.fail(`macro "${name}" takes ${parameters.length} arguments, got ${positional.length}`)
      }
      parameters.forEach((parameter, index) => {
        const parameterName = parameter.target.name
        let value: unknown
        if (index < positional.length) value = positional[index]
        else if (named.has(parameterName)) value = named.get(parameterName)
        else if (parameter.value) value = this.evaluate(parameter.value, inner)
        inner.names.set(parameterName, value)
      })
      const known = new Set(parameters.map((parameter) => parameter.target.name))
      for (const [key, value] of named) {
        if (key === 'caller') inner.names.set(key, value)
        else if (!known.has(key)) return this.budget.fail(`macro "${name}" has no argument "${key}"`)
      }
      return this.render(body, inner)
    })
  }

  private runCall(node: TemplateNode & { kind: 'call-block' }, frame: Frame, output: Output): void {
    const call = node.call as Expression & { kind: 'call' }
    const value = this.evaluate(call.callee, frame)
    const named = this.named(call.arguments, frame)
    named.set('caller', this.macro('caller', node.parameters, node.body, frame))
    const positional = this.positional(call.arguments, frame)
    this.budget.at = node
    this.write(printValue(this.callValue(value, positional, named), this.budget), output)
  }
}

function childOf(parent: Frame): Frame {
  return { names: new Map(), parent }
}
