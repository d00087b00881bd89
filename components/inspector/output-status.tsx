import type { StepRunInfo } from '#components/editor/editor.ts'
import { formatDuration } from '#components/ui/format.ts'
import { StatusIcon, statusLooks } from '#components/ui/status-icon.tsx'
import type { StepView } from '#pipeline/run-view.ts'

/** What became of the step, with how long it took, where its output came from, and why. */
export function OutputStatus({ info, step }: { info: StepRunInfo; step: StepView | null }) {
  const status = step?.status ?? info.status
  const facts = [
    step?.durationMs ? formatDuration(step.durationMs) : null,
    step && step.attempt > 1 ? `attempt ${step.attempt}` : null,
    step?.cached && !step.reused ? 'from the cache' : null,
    step?.reused === 'pin' ? 'its pinned output was used' : null,
    step?.reused === 'run' ? 'its output in the earlier run was used' : null,
    step?.fallback ? 'by its fallback' : null,
    step?.editedBy ? `output changed by ${step.editedBy}` : null,
    step?.ends === 'run' ? 'it ended the run' : null,
    step?.ends === 'container' ? 'it ended the map or loop around it' : null,
  ].filter((fact) => fact !== null)
  return (
    <>
      <p className="flex items-start gap-2 text-sm">
        <StatusIcon status={status} className="mt-0.5" />
        <span>
          {statusLooks[status].title}
          {facts.length > 0 ? <span className="text-text-quiet tabular">, {facts.join(', ')}</span> : null}
        </span>
      </p>
      {info.skippedBecause ? <p className="text-sm text-text-quiet">{info.skippedBecause}.</p> : null}
      {step?.status === 'cancelled' ? (
        <p className="text-sm text-text-quiet">It was stopped, because what it is part of ended.</p>
      ) : null}
      {step?.heldBy && step.finishedAt === null ? (
        <p className="text-sm text-text-quiet">It waits for a place at the limit “{step.heldBy}”.</p>
      ) : null}
    </>
  )
}
