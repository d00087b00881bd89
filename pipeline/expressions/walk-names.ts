import type {
  Arguments,
  Expression,
  MacroParameter,
  NameExpression,
  SourceRange,
  Target,
  Template,
  TemplateNode,
} from './ast.ts'
import { globals } from './globals.ts'

/** A place where a name is written: read (`free`, `local`, or `maybe` when it depends on what ran) or bound. */
export interface NameUse extends SourceRange {
  name: string
  kind: 'free' | 'local' | 'maybe' | 'binding' | 'argument'
  /** Static path read from the name and its end, for reads. */
  path: (string | number)[]
  pathEnd: number
}

/** Names of a block: `sure` ones are bound, the others only if a branch was taken. */
interface Names {
  bound: Map<string, 'sure' | 'maybe'>
  parent: Names | null
}

/** Every use of a name in a template, in order of the walk. */
export function walkNames(template: Template): NameUse[] {
  const uses: NameUse[] = []

  const resolve = (name: string, names: Names): 'free' | 'local' | 'maybe' => {
    let uncertain = false
    for (let current: Names | null = names; current; current = current.parent) {
      const state = current.bound.get(name)
      if (state === 'sure') return uncertain ? 'maybe' : 'local'
      if (state === 'maybe') uncertain = true
    }
    return uncertain ? 'maybe' : 'free'
  }
  const bind = (target: NameExpression, names: Names, conditional: boolean) => {
    const { name, start, end } = target
    uses.push({ name, kind: 'binding', start, end, path: [], pathEnd: end })
    if (!conditional || !names.bound.has(name)) names.bound.set(name, conditional ? 'maybe' : 'sure')
  }
  const bindTarget = (target: Target, names: Names, conditional: boolean) => {
    if (target.kind === 'name') bind(target, names, conditional)
    else if (target.kind === 'names') for (const item of target.items) bind(item, names, conditional)
    else read(target.object, names, [], target.object.end)
  }
  const read = (node: NameExpression, names: Names, path: (string | number)[], pathEnd: number) => {
    uses.push({ name: node.name, kind: resolve(node.name, names), start: node.start, end: node.end, path, pathEnd })
  }
  const inArguments = (list: Arguments, names: Names, ofMacro: boolean) => {
    for (const argument of list.positional) expression(argument, names)
    for (const { name, start, end, value } of list.named) {
      if (ofMacro) uses.push({ name, kind: 'argument', start, end, path: [], pathEnd: end })
      expression(value, names)
    }
  }

  const expression = (node: Expression, names: Names): void => {
    switch (node.kind) {
      case 'literal':
        return
      case 'name':
      case 'attribute':
      case 'index':
        return readPath(node, names)
      case 'slice':
        for (const part of [node.object, node.from, node.to, node.step]) if (part) expression(part, names)
        return
      case 'call': {
        const { callee } = node
        let ofMacro = false
        if (callee.kind === 'name') {
          const resolved = resolve(callee.name, names)
          ofMacro = resolved !== 'free'
          // A call finds the global even where the scope has data of that name.
          if (ofMacro || !globals.has(callee.name)) read(callee, names, [], callee.end)
        } else if (callee.kind === 'attribute') expression(callee.object, names)
        else expression(callee, names)
        return inArguments(node.arguments, names, ofMacro)
      }
      case 'filter':
      case 'test':
        expression(node.input, names)
        return inArguments(node.arguments, names, false)
      case 'unary':
        return expression(node.operand, names)
      case 'binary':
      case 'logical':
        expression(node.left, names)
        return expression(node.right, names)
      case 'concat':
        for (const part of node.parts) expression(part, names)
        return
      case 'compare':
        expression(node.first, names)
        for (const part of node.rest) expression(part.operand, names)
        return
      case 'conditional':
        expression(node.whenTrue, names)
        expression(node.test, names)
        if (node.otherwise) expression(node.otherwise, names)
        return
      case 'list':
        for (const item of node.items) expression(item, names)
        return
      case 'dict':
        for (const entry of node.entries) {
          expression(entry.key, names)
          expression(entry.value, names)
        }
    }
  }

  const readPath = (node: Expression, names: Names): void => {
    const steps: (Expression & { kind: 'attribute' | 'index' })[] = []
    let root = node
    while (root.kind === 'attribute' || root.kind === 'index') {
      steps.unshift(root)
      root = root.object
    }
    const path: (string | number)[] = []
    let pathEnd = root.end
    let isStatic = true
    for (const step of steps) {
      const key = step.kind === 'attribute' ? step.name : step.index.kind === 'literal' ? step.index.value : null
      isStatic &&= typeof key === 'string' || (typeof key === 'number' && Number.isInteger(key))
      if (!isStatic) continue
      path.push(key as string | number)
      pathEnd = step.end
    }
    if (root.kind === 'name') read(root, names, path, pathEnd)
    else expression(root, names)
    for (const step of steps) if (step.kind === 'index' && step.index.kind !== 'literal') expression(step.index, names)
  }

  const inner = (parent: Names): Names => ({ bound: new Map(), parent })
  const parameters = (list: MacroParameter[], names: Names) => {
    for (const parameter of list) {
      if (parameter.value) expression(parameter.value, names)
      bind(parameter.target, names, false)
    }
  }

  const block = (nodes: readonly TemplateNode[], names: Names, conditional: boolean): void => {
    // After a break or continue the rest may not run; `if` hides it in a branch, so what follows is uncertain.
    for (const node of nodes) statement(node, names, conditional)
  }

  const statement = (node: TemplateNode, names: Names, conditional: boolean): void => {
    switch (node.kind) {
      case 'output':
      case 'do':
        return expression(node.expression, names)
      case 'if':
        for (const branch of node.branches) {
          expression(branch.test, names)
          block(branch.body, names, true)
        }
        if (node.otherwise) block(node.otherwise, names, true)
        return
      case 'for': {
        expression(node.iterable, names)
        if (node.condition) {
          const condition = inner(names)
          bindTarget(node.target, condition, false)
          uses.splice(uses.length - countNames(node.target))
          expression(node.condition, condition)
        }
        const body = inner(names)
        body.bound.set('loop', 'sure')
        bindTarget(node.target, body, false)
        block(node.body, body, false)
        if (node.otherwise) block(node.otherwise, inner(names), false)
        return
      }
      case 'set':
        expression(node.value, names)
        for (const target of node.targets) bindTarget(target, names, conditional)
        return
      case 'set-block':
      case 'filter-block':
        block(node.body, inner(names), false)
        for (const filter of node.filters) inArguments(filter.arguments, names, false)
        if (node.kind === 'set-block') bindTarget(node.target, names, conditional)
        return
      case 'with': {
        const body = inner(names)
        for (const binding of node.bindings) {
          expression(binding.value, names)
          bindTarget(binding.target, body, false)
        }
        return block(node.body, body, false)
      }
      case 'macro': {
        bind(node.name, names, conditional)
        // The body runs when it is called: what the blocks around it bind later may or may not exist by then.
        const body = inner(names)
        for (const name of boundLater) if (!names.bound.has(name)) body.bound.set(name, 'maybe')
        body.bound.set('caller', 'sure')
        parameters(node.parameters, body)
        return block(node.body, body, false)
      }
      case 'call-block': {
        expression(node.call, names)
        const body = inner(names)
        parameters(node.parameters, body)
        return block(node.body, body, false)
      }
      default:
    }
  }

  const boundLater = boundNames(template.nodes)
  block(template.nodes, inner({ bound: new Map(), parent: null }), false)
  return uses
}

function countNames(target: Target): number {
  return target.kind === 'name' ? 1 : target.kind === 'names' ? target.items.length : 1
}

/** All names that some `set` or `macro` binds, at any depth. */
function boundNames(nodes: readonly TemplateNode[]): Set<string> {
  const names = new Set<string>()
  const add = (target: Target) => {
    if (target.kind === 'name') names.add(target.name)
    else if (target.kind === 'names') for (const item of target.items) names.add(item.name)
  }
  const visit = (list: readonly TemplateNode[]): void => {
    for (const node of list) {
      if (node.kind === 'set') for (const target of node.targets) add(target)
      else if (node.kind === 'set-block') add(node.target)
      else if (node.kind === 'macro') names.add(node.name.name)
      if (node.kind === 'if') for (const branch of node.branches) visit(branch.body)
      if ('body' in node) visit(node.body)
      if ('otherwise' in node && node.otherwise) visit(node.otherwise)
    }
  }
  visit(nodes)
  return names
}
