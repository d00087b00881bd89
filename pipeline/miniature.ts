import type { PipelineDocument, Step } from './document.ts'
import type { StepCategory, StepManifest } from './manifest.ts'

/** A true small picture of a graph: boxes in canvas pixels (top level and one level of bodies), edges as indexes into `nodes`. */
export interface Miniature {
  nodes: { x: number; y: number; w: number; h: number; category: StepCategory | null; container: boolean }[]
  edges: [from: number, to: number][]
}

/** What a list of pipelines shows of a document, stored beside it so that lists never read documents. */
export interface PipelineCard {
  description: string | null
  /** Steps in all graphs, bodies included. */
  stepCount: number
  miniature: Miniature
}

const cardSize = { w: 240, h: 96 }
const pitch = { x: 320, y: 160 }
/** A thousand boxes cannot be told apart in a picture of 200 pixels. */
const nodeLimit = 150

const countSteps = (steps: Step[]): number => steps.reduce((sum, step) => sum + 1 + countSteps(step.steps ?? []), 0)

/** Computes what lists show of a document; steps without a layout are put in columns by their distance from a start. */
export function pipelineCardOf(document: PipelineDocument, manifests: ReadonlyMap<string, StepManifest>): PipelineCard {
  const miniature: Miniature = { nodes: [], edges: [] }
  drawGraph(document.steps, '', { x: 0, y: 0 }, { document, manifests, miniature })
  return { description: document.description ?? null, stepCount: countSteps(document.steps), miniature }
}

interface Drawing {
  document: PipelineDocument
  manifests: ReadonlyMap<string, StepManifest>
  miniature: Miniature
}

function drawGraph(steps: Step[], prefix: string, origin: { x: number; y: number }, drawing: Drawing): void {
  const { document, manifests, miniature } = drawing
  const fallback = columnsOf(steps)
  const indexes = new Map<string, number>()
  for (const step of steps) {
    if (miniature.nodes.length >= nodeLimit) break
    const place = document.layout?.steps?.[prefix + step.id]
    const x = Math.round(origin.x + (place?.x ?? (fallback.get(step.id)?.column ?? 0) * pitch.x))
    const y = Math.round(origin.y + (place?.y ?? (fallback.get(step.id)?.row ?? 0) * pitch.y))
    const manifest = manifests.get(step.type)
    const container = step.steps !== undefined
    indexes.set(step.id, miniature.nodes.length)
    miniature.nodes.push({
      x,
      y,
      w: Math.round(place?.width ?? (container ? cardSize.w * 1.5 : cardSize.w)),
      h: Math.round(place?.height ?? (container ? cardSize.h * 2 : cardSize.h)),
      category: manifest?.category ?? null,
      container,
    })
    if (step.steps && prefix === '') drawGraph(step.steps, `${prefix}${step.id}.`, { x, y }, drawing)
  }
  for (const step of steps) {
    const to = indexes.get(step.id)
    if (to === undefined) continue
    for (const need of step.needs ?? []) {
      const from = indexes.get(need.split('.')[0] ?? '')
      if (from !== undefined) miniature.edges.push([from, to])
    }
  }
}

/** Column = longest distance from a start; a circle ends the walk, because a draft may hold one. */
function columnsOf(steps: Step[]): Map<string, { column: number; row: number }> {
  const byId = new Map(steps.map((step) => [step.id, step]))
  const columns = new Map<string, number>()
  const open = new Set<string>()
  const columnOf = (id: string): number => {
    const known = columns.get(id)
    if (known !== undefined) return known
    if (open.has(id)) return 0
    open.add(id)
    const needs = (byId.get(id)?.needs ?? []).map((need) => need.split('.')[0] ?? '').filter((need) => byId.has(need))
    const column = needs.reduce((most, need) => Math.max(most, columnOf(need) + 1), 0)
    open.delete(id)
    columns.set(id, column)
    return column
  }
  const rows = new Map<number, number>()
  const places = new Map<string, { column: number; row: number }>()
  for (const step of steps) {
    const column = columnOf(step.id)
    const row = rows.get(column) ?? 0
    rows.set(column, row + 1)
    places.set(step.id, { column, row })
  }
  return places
}
