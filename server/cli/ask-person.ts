import { checkForm } from '#pipeline/check-form.ts'
import type { JsonValue } from '#pipeline/document.ts'
import type { Answer, Wait } from '#pipeline/events.ts'
import { approvalDetailsSchema, formDetailsSchema, type FormField } from '#pipeline/wait-details.ts'

/** A terminal: shows lines, and asks for one. */
export interface Terminal {
  print(line: string): void
  ask(prompt: string): Promise<string>
}

/** Puts the question of a waiting step to whoever sits at the terminal, as often as it takes to get an answer that fits. */
export async function askPerson(path: string, wait: Wait, terminal: Terminal, by: string): Promise<Answer> {
  terminal.print(`\n? ${wait.title ?? `Step "${path}" waits for the event "${wait.event}"`}`)
  if (wait.kind === 'form') return askForm(wait, terminal, by)
  if (wait.kind === 'approval') return askApproval(wait, terminal, by)
  if (wait.key !== undefined) terminal.print(`  with the key ${wait.key}`)
  const value = await askJson('  Payload (JSON, empty: none): ', terminal, null)
  return { kind: 'event', value, by, at: Date.now() }
}

async function askApproval(wait: Wait, terminal: Terminal, by: string): Promise<Answer> {
  const { text, value, editable } = approvalDetailsSchema.parse(wait.details)
  if (text) terminal.print(text)
  if (value !== undefined) terminal.print(JSON.stringify(value, null, 2))
  for (;;) {
    const word = (await terminal.ask(`  Approve? (y)es, (n)o${editable ? ', (e)dit' : ''}: `)).trim().toLowerCase()
    if (/^(y|yes)$/.test(word)) return { kind: 'approved', by, at: Date.now() }
    if (editable && /^(e|edit)$/.test(word)) {
      const edited = await askJson('  New value (JSON): ', terminal)
      return { kind: 'approved', value: edited, by, at: Date.now() }
    }
    if (!/^(n|no)$/.test(word)) continue
    const reason = (await terminal.ask('  Why? (empty: no reason) ')).trim()
    return { kind: 'rejected', ...(reason === '' ? {} : { reason }), by, at: Date.now() }
  }
}

async function askForm(wait: Wait, terminal: Terminal, by: string): Promise<Answer> {
  const { text, fields } = formDetailsSchema.parse(wait.details)
  if (text) terminal.print(text)
  const values: Record<string, JsonValue> = {}
  for (const field of fields) values[field.name] = await askField(field, terminal)
  return { kind: 'submitted', value: values, by, at: Date.now() }
}

async function askField(field: FormField, terminal: Terminal): Promise<JsonValue> {
  const { name, label = name, type = 'text', options, default: preset, required, help } = field
  const kind = type === 'choice' ? (options ?? []).map(String).join(' | ') : type
  const shown = preset !== undefined ? ` [${String(preset)}]` : required === false ? ' (may be empty)' : ''
  if (help) terminal.print(`  ${help}`)
  for (;;) {
    const typed = await terminal.ask(`  ${label} (${kind})${shown}: `)
    const { values, problems } = checkForm([field], { [name]: typed })
    if (problems.length === 0) return values[name] ?? null
    for (const { message } of problems) terminal.print(`  ${message}`)
  }
}

async function askJson(prompt: string, terminal: Terminal, whenEmpty?: JsonValue): Promise<JsonValue> {
  for (;;) {
    const typed = (await terminal.ask(prompt)).trim()
    if (typed === '' && whenEmpty !== undefined) return whenEmpty
    try {
      return JSON.parse(typed) as JsonValue
    } catch (error) {
      terminal.print(`  That is not JSON: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}
