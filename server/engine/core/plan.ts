import type { ErrorPolicy, PipelineDocument, RetryPolicy, Step } from '#pipeline/document.ts'
import type { StepEffects } from '#pipeline/manifest.ts'

/** Attempts in total and how long to wait between them, in milliseconds. */
export interface RetryPlan {
  attempts: number
  backoff: RetryPolicy['backoff']
  delayMs: number
}

/** An edge as its target sees it; `from` is an index into the graph's steps. */
export interface PlanEdge {
  from: number
  port: string
}

/** An edge as its source sees it; `edge` is an index into the target's `edgesIn`. */
export interface PlanTarget {
  to: number
  edge: number
  port: string
}

/** One step with everything scheduling needs to know, computed once. */
export interface PlanStep {
  index: number
  id: string
  /** Path in the document, `each.mood`. */
  documentPath: string
  step: Step
  graph: PlanGraph
  effects: StepEffects
  cacheable: boolean
  join: 'all' | 'any'
  edgesIn: PlanEdge[]
  edgesOut: PlanTarget[]
  onError: ErrorPolicy
  retry: RetryPlan
  timeoutMs: number | null
  disabled: boolean
  /** The nested graph of a container. */
  body: PlanGraph | null
}

/** A graph of steps: the pipeline's own or a container's body. */
export interface PlanGraph {
  steps: PlanStep[]
  byId: Map<string, PlanStep>
  /** The container this is the body of. */
  owner: PlanStep | null
}

/** A pipeline ready to be scheduled. Never changed after `compile`, so runs of one document may share it. */
export interface Plan {
  document: PipelineDocument
  root: PlanGraph
}
