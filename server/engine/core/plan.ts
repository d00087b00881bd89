import type { PipelineDocument, Step } from '#pipeline/document.ts'
import type { ContainerKind, StepEffects } from '#pipeline/manifest.ts'
import type { PlanPolicies } from './policy-plan.ts'

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

/** When a step with several edges in runs: see docs/semantics.md. */
export type JoinMode = 'all' | 'any' | 'first' | 'count' | 'race'

/** One step with everything scheduling needs to know, computed once. */
export interface PlanStep extends PlanPolicies {
  index: number
  id: string
  /** Path in the document, `each.mood`. */
  documentPath: string
  step: Step
  graph: PlanGraph
  effects: StepEffects
  join: JoinMode
  /** Of `count`: how many edges have to be taken. */
  joinCount: number
  /** Of `race`: the steps of its graph that lead nowhere else, by index; they end when it is won. */
  losers: readonly number[]
  edgesIn: PlanEdge[]
  edgesOut: PlanTarget[]
  /** Whether something reads the items it hands on before it ends. */
  streams: boolean
  disabled: boolean
  /** Null for steps that are no containers. */
  container: ContainerKind | null
  /** Of a call: the key of the called pipeline among the plan's calls. */
  call: string | null
  /** The nested graph of a container; of a call the graph of the called pipeline, null when that was not given to `compile`. */
  body: PlanGraph | null
}

/** A graph of steps: the pipeline's own or a container's body. */
export interface PlanGraph {
  steps: PlanStep[]
  byId: Map<string, PlanStep>
  /** The container this is the body of; null for the graph of a whole pipeline. */
  owner: PlanStep | null
  /** Of the body of a try: what runs after a failure, and at the end. No edges lead to or from them. */
  catchStep: PlanStep | null
  finallyStep: PlanStep | null
}

/** A pipeline ready to be scheduled. Never changed after `compile`, so runs of one document may share it. */
export interface Plan {
  document: PipelineDocument
  root: PlanGraph
  /** The pipelines it calls, and those these call, by `<id>@<version|latest>`. */
  calls: ReadonlyMap<string, Plan>
}
