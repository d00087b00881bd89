/** Half-open range of the source text, in UTF-16 code units from 0. */
export interface SourceRange {
  start: number
  end: number
}

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**'
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in'

/** The arguments of a call, filter or test; `*list` and `**dict` are not part of the language. */
export interface Arguments {
  positional: Expression[]
  named: NamedArgument[]
}

export interface NamedArgument extends SourceRange {
  name: string
  value: Expression
}

/** `depth` is the height of the tree under the node; the parser bounds it so that walks cannot overflow the stack. */
export interface NodeBase extends SourceRange {
  depth: number
}

export interface NameExpression extends NodeBase {
  kind: 'name'
  name: string
}

export type Expression =
  | (NodeBase & { kind: 'literal'; value: string | number | boolean | null })
  | NameExpression
  | (NodeBase & { kind: 'attribute'; object: Expression; name: string })
  | (NodeBase & { kind: 'index'; object: Expression; index: Expression })
  | (NodeBase & {
      kind: 'slice'
      object: Expression
      from: Expression | null
      to: Expression | null
      step: Expression | null
    })
  | (NodeBase & { kind: 'call'; callee: Expression; arguments: Arguments })
  | (NodeBase & { kind: 'filter'; input: Expression; name: string; nameStart: number; arguments: Arguments })
  | (NodeBase & {
      kind: 'test'
      input: Expression
      name: string
      nameStart: number
      negated: boolean
      arguments: Arguments
    })
  | (NodeBase & { kind: 'unary'; operator: '-' | '+' | 'not'; operand: Expression })
  | (NodeBase & { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression })
  | (NodeBase & { kind: 'logical'; operator: 'and' | 'or'; left: Expression; right: Expression })
  | (NodeBase & { kind: 'concat'; parts: Expression[] })
  | (NodeBase & { kind: 'compare'; first: Expression; rest: { operator: CompareOperator; operand: Expression }[] })
  | (NodeBase & { kind: 'conditional'; test: Expression; whenTrue: Expression; otherwise: Expression | null })
  | (NodeBase & { kind: 'list'; items: Expression[] })
  | (NodeBase & { kind: 'dict'; entries: { key: Expression; value: Expression }[] })

/** What `set` and `for` write to: a name, several names, or an attribute of a namespace. */
export type Target =
  | NameExpression
  | (NodeBase & { kind: 'names'; items: NameExpression[] })
  | (NodeBase & { kind: 'member'; object: NameExpression; name: string })

export interface MacroParameter {
  target: NameExpression
  value: Expression | null
}

/** A `filter` of a block: `{% filter upper | trim %}`. */
export interface FilterCall extends SourceRange {
  name: string
  arguments: Arguments
}

export type TemplateNode =
  | (SourceRange & { kind: 'text'; text: string })
  | (SourceRange & { kind: 'output'; expression: Expression })
  | (SourceRange & {
      kind: 'if'
      branches: { test: Expression; body: TemplateNode[] }[]
      otherwise: TemplateNode[] | null
    })
  | (SourceRange & {
      kind: 'for'
      target: Target
      iterable: Expression
      condition: Expression | null
      recursive: boolean
      body: TemplateNode[]
      otherwise: TemplateNode[] | null
    })
  | (SourceRange & { kind: 'set'; targets: Target[]; value: Expression })
  | (SourceRange & { kind: 'set-block'; target: Target; filters: FilterCall[]; body: TemplateNode[] })
  | (SourceRange & { kind: 'filter-block'; filters: FilterCall[]; body: TemplateNode[] })
  | (SourceRange & { kind: 'with'; bindings: { target: Target; value: Expression }[]; body: TemplateNode[] })
  | (SourceRange & { kind: 'macro'; name: NameExpression; parameters: MacroParameter[]; body: TemplateNode[] })
  | (SourceRange & { kind: 'call-block'; call: Expression; parameters: MacroParameter[]; body: TemplateNode[] })
  | (SourceRange & { kind: 'do'; expression: Expression })
  | (SourceRange & { kind: 'break' })
  | (SourceRange & { kind: 'continue' })
  | (SourceRange & { kind: 'error' })

/** A syntax error: `offset` from 0, `line` and `column` from 1. */
export interface TemplateError {
  message: string
  offset: number
  line: number
  column: number
}

/** A parsed text; with errors the nodes are those that could be read. */
export interface Template {
  source: string
  nodes: TemplateNode[]
  errors: TemplateError[]
  /** The expression when the whole text is one `{{ expression }}` (or was parsed as a bare one); such a value keeps its type. */
  lone: Expression | null
}
