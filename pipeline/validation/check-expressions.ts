import {
  filterNames,
  findReferences,
  parseCondition,
  parseTemplate,
  type Reference,
  type Template,
  testNames,
} from '../expressions/expressions.ts'
import { describeMismatch } from '../json-schema.ts'
import { didYouMean, nearestName } from '../nearest-name.ts'
import type { NodePath } from '../node-path.ts'
import type { ProblemFix } from '../problem.ts'
import { type TemplateField, templatesIn, templatesOf } from '../templates-of.ts'
import type { CheckContext } from './check-context.ts'
import { childOf } from './locate.ts'
import { allSteps, type LooseStep } from './loose-graph.ts'
import { resolveName, visibleNames } from './resolve-name.ts'
import { followReference, loneReference } from './value-schema.ts'

const runFields = ['id', 'started_at']

/** A text being checked, with who reads it; `base` is the path of its step (empty for outputs). */
interface Reading {
  context: CheckContext
  reader: LooseStep | null
  field: TemplateField
  path: NodePath
}

/** Syntax, filters, names and types of every expression, and inputs that nothing reads. */
export function checkExpressions(context: CheckContext): void {
  const usedInputs = new Set<string>()
  const readings: Reading[] = []
  for (const reader of allSteps(context.graph))
    for (const field of templatesOf({ ...reader.raw, with: reader.settings }, reader.manifest))
      readings.push({ context, reader, field, path: [...reader.path, ...field.path] })
  for (const field of templatesIn(childOf(context.document, 'outputs'), ['outputs']))
    readings.push({ context, reader: null, field, path: field.path })
  for (const reading of readings) checkText(reading, usedInputs)
  checkUnusedInputs(context, usedInputs)
}

function checkText(reading: Reading, usedInputs: Set<string>): void {
  const { context, field, path } = reading
  const template = field.bare ? parseCondition(field.text) : parseTemplate(field.text)
  for (const { message, offset } of template.errors)
    context.report({ code: 'expression-syntax', path, offset, message })
  if (template.errors.length === 0) checkCallables(reading, template)
  const reported = new Set<string>()
  for (const reference of findReferences(field.text, { bare: field.bare })) {
    if (reference.name === 'inputs') usedInputs.add(String(reference.path[0] ?? '*'))
    const key = `${reference.name}.${reference.path[0] ?? ''}`
    if (reported.has(key)) continue
    if (!checkReference(reading, reference)) reported.add(key)
  }
  checkType(reading)
}

/** Unknown filters and tests; the parser takes any name. */
function checkCallables({ context, path }: Reading, template: Template): void {
  const check = (name: string, offset: number, kind: 'filter' | 'test', known: readonly string[]) => {
    if (known.length === 0 || known.includes(name)) return
    const suggestion = nearestName(name, known)
    context.report({
      code: 'expression-syntax',
      path,
      offset,
      message: `There is no ${kind} "${name}".${didYouMean(suggestion)}`,
      ...(suggestion === undefined
        ? {}
        : { fix: { kind: 'rename', title: `Change it to ${suggestion}`, from: name, to: suggestion } }),
    })
  }
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const part = node as Record<string, unknown>
    if (part.kind === 'filter') check(String(part.name), Number(part.nameStart), 'filter', filterNames)
    if (part.kind === 'test') check(String(part.name), Number(part.nameStart), 'test', testNames)
    if ((part.kind === 'filter-block' || part.kind === 'set-block') && Array.isArray(part.filters))
      for (const filter of part.filters as { name: string; start: number }[])
        check(filter.name, filter.start, 'filter', filterNames)
    for (const child of Object.values(part)) walk(child)
  }
  walk(template.nodes)
}

/** False when the reference was reported. */
function checkReference(reading: Reading, reference: Reference): boolean {
  const { context, reader, field, path } = reading
  const resolved = resolveName(reference.name, reader, field, context.graph)
  const at = { path, offset: reference.start }
  if (resolved.kind === 'inputs') return checkInput(reading, reference)
  if (resolved.kind === 'run') {
    const [name] = reference.path
    if (typeof name !== 'string' || runFields.includes(name)) return true
    const message = `run has no field "${name}"; it has ${runFields.join(' and ')}`
    context.report({ code: 'unknown-reference', ...at, message })
    return false
  }
  if (resolved.kind === 'self') {
    const inside = resolved.step !== reader
    const message = inside
      ? `"${reference.name}" is the container around this step; its value is not there before all its items are done`
      : `"${reference.name}" is this very step; its value is not there before it has run`
    context.report({ code: 'not-upstream', ...at, message })
    return false
  }
  if (resolved.kind === 'not-upstream') {
    const { step, reader: target } = resolved
    const circular = target.graph.upstream.get(step.id)?.has(target.id) ?? false
    const message = circular
      ? `"${step.id}" runs after "${target.id}", so its value is not there yet`
      : `"${step.id}" does not run before "${target.id}"; connect them to read its value`
    const fix: ProblemFix = {
      kind: 'connect',
      title: `Connect ${step.id} to ${target.id}`,
      from: step.stepPath,
      to: target.stepPath,
    }
    context.report({ code: 'not-upstream', ...at, message, ...(circular ? {} : { fix }) })
    return false
  }
  if (resolved.kind === 'unfinished') {
    const { step, reader: target } = resolved
    const message = `"${step.id}" has not ended when "${target.id}" begins with its stream; read it in a step after "${target.id}"`
    context.report({ code: 'not-upstream', ...at, message })
    return false
  }
  if (resolved.kind === 'unknown') {
    reportUnknownName(reading, reference)
    return false
  }
  return checkFields(reading, reference)
}

function checkFields({ context, reader, field, path }: Reading, reference: Reference): boolean {
  const followed = followReference(reference, reader, field, context.graph, context.document)
  if (followed.kind !== 'no-field') return true
  const suggestion = nearestName(followed.field, followed.known)
  context.report({
    code: 'unknown-reference',
    severity: 'warning',
    path,
    offset: reference.start,
    message: `${reference.name} has no field "${followed.field}"; it has ${followed.known.join(', ')}.${didYouMean(suggestion)}`,
    ...(suggestion === undefined
      ? {}
      : { fix: { kind: 'rename', title: `Change it to ${suggestion}`, from: followed.field, to: suggestion } }),
  })
  return false
}

function checkInput({ context, path }: Reading, reference: Reference): boolean {
  const [name] = reference.path
  const inputs = childOf(context.document, 'inputs')
  const declared = typeof inputs === 'object' && inputs !== null && !Array.isArray(inputs) ? Object.keys(inputs) : []
  if (name === undefined || declared.includes(String(name))) return true
  if (['items', 'keys', 'values', 'get'].includes(String(name))) return true
  const suggestion = nearestName(String(name), declared)
  context.report({
    code: 'unknown-reference',
    path,
    offset: reference.start,
    message: `The pipeline has no input "${name}".${didYouMean(suggestion)}`,
    ...(suggestion === undefined
      ? {}
      : { fix: { kind: 'rename', title: `Change it to ${suggestion}`, from: String(name), to: suggestion } }),
  })
  return false
}

function reportUnknownName({ context, reader, field, path }: Reading, reference: Reference): void {
  const { name } = reference
  const inputs = childOf(context.document, 'inputs')
  const elsewhere = [...allSteps(context.graph)].find((step) => step.id === name)
  const suggestion =
    childOf(inputs, name) !== undefined
      ? `inputs.${name}`
      : nearestName(name, visibleNames(reader, field, context.graph))
  const around = elsewhere?.graph.container?.id
  context.report({
    code: 'unknown-reference',
    path,
    offset: reference.start,
    message: around
      ? `"${name}" is inside of ${around} and cannot be read from here; read ${around} instead`
      : `There is no "${name}" here.${didYouMean(suggestion)}`,
    ...(suggestion === undefined || around
      ? {}
      : { fix: { kind: 'rename', title: `Change it to ${suggestion}`, from: name, to: suggestion } }),
  })
}

function checkType({ context, reader, field, path }: Reading): void {
  if (!field.schema || field.lazy) return
  const reference = loneReference(field)
  if (!reference) return
  const followed = followReference(reference, reader, field, context.graph, context.document)
  const mismatch = followed.kind === 'known' ? describeMismatch(followed.place, field.schema) : null
  if (mismatch)
    context.report({
      code: 'type-mismatch',
      path,
      offset: reference.start,
      message: `${field.text.slice(reference.start, reference.end)} does not fit here: ${mismatch}`,
    })
}

function checkUnusedInputs(context: CheckContext, used: ReadonlySet<string>): void {
  const inputs = childOf(context.document, 'inputs')
  if (used.has('*') || typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) return
  for (const name of Object.keys(inputs))
    if (!used.has(name))
      context.report({
        code: 'unused-input',
        severity: 'warning',
        path: ['inputs', name],
        key: true,
        message: `Nothing reads the input "${name}"`,
        fix: { kind: 'remove', title: `Remove the input ${name}` },
      })
}
