import type { Scope } from '#server/auth/scope.ts'
import type { PageCursor } from '#server/page-cursor.ts'
import type { RunFilter } from './run-filter.ts'

/** Conditions on `runs r` as SQL with its parameters: which runs a list has, and where its page begins. */
export class RunConditions {
  readonly parameters: unknown[]
  readonly #conditions: string[]
  readonly scope: Scope
  readonly filter: RunFilter

  constructor(scope: Scope, filter: RunFilter, after: PageCursor | null) {
    this.scope = scope
    this.filter = filter
    this.parameters = []
    this.#conditions = ['r.parent_run_id is null']
    this.#where('r.workspace_id = ?', scope.workspaceId)
    this.#where('r.pipeline_id = ?', filter.pipelineId)
    this.#where('r.status', filter.status)
    this.#where('r.trigger', filter.trigger)
    this.#where('r.source_run_id = ?', filter.sourceRunId)
    if (filter.keep !== undefined) this.#conditions.push(filter.keep ? 'r.keep' : 'not r.keep')
    this.#where('r.created_at >= ?::timestamptz', filter.since)
    this.#where('r.created_at < ?::timestamptz', filter.before)
    if (after) {
      this.parameters.push(after.at, after.id)
      const [at, id] = [this.parameters.length - 1, this.parameters.length]
      this.#conditions.push(`(r.created_at, r.id) < ($${at}::timestamptz, $${id}::text)`)
    }
  }

  get text(): string {
    return this.#conditions.join(' and ')
  }

  /** These conditions and one more; with a value, `condition` is given the place that stands for it (`$3`). */
  and(condition: string | ((place: string) => string), value?: unknown): RunConditions {
    const copy = new RunConditions(this.scope, {}, null)
    copy.parameters.splice(0, copy.parameters.length, ...this.parameters)
    copy.#conditions.splice(0, copy.#conditions.length, ...this.#conditions)
    if (typeof condition === 'string') copy.#conditions.push(condition)
    else {
      copy.parameters.push(value)
      copy.#conditions.push(condition(`$${copy.parameters.length}`))
    }
    return copy
  }

  /** A column and a list are any of the list: of one value as an equation, which an index can put in order. */
  #where(condition: string, value: unknown): void {
    if (value === undefined || value === null) return
    if (!Array.isArray(value) || condition.includes('?')) {
      this.parameters.push(value)
      this.#conditions.push(condition.replaceAll('?', `$${this.parameters.length}`))
    } else if (value.length === 1) this.#where(`${condition} = ?`, value[0])
    else if (value.length > 1) this.#where(`${condition} = any(?::text[])`, value)
  }
}
