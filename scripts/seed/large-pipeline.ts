import type { PipelineDocument, Step } from '#pipeline/document.ts'

/** A pipeline of `count` steps in rows of 25, each reading the one before it: for the canvas at its limits. */
export function largePipeline(count: number): PipelineDocument {
  const steps: Step[] = []
  const places: Record<string, { x: number; y: number }> = {}
  for (let index = 0; index < count; index++) {
    const id = `step_${index + 1}`
    const column = index % 25
    steps.push({
      id,
      type: 'text.template',
      ...(column === 0 ? {} : { needs: [`step_${index}`] }),
      with: { template: column === 0 ? `Row ${Math.floor(index / 25) + 1}` : `{{ step_${index} }}, ${column}` },
    })
    places[id] = { x: column * 320, y: Math.floor(index / 25) * 176 }
  }
  return {
    orchestrator: 1,
    name: `${count} steps`,
    description: `A grid of ${count} steps, to see how the canvas feels at that size.`,
    steps,
    layout: { steps: places },
  }
}
