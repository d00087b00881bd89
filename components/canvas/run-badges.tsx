import type { StepRunInfo } from '#components/editor/editor.ts'
import { StatusIcon, type StatusName } from '#components/ui/status-icon.tsx'
import { Tooltip } from '#components/ui/tooltip.tsx'

/** Where an output came from when the step itself was not carried out, as small glyphs beside its status. */
export function RunBadges({ run, pinned }: { run: StepRunInfo | undefined; pinned: boolean }) {
  const badges: { status: StatusName; title: string }[] = []
  if (pinned) badges.push({ status: 'pinned', title: 'Pinned: runs use this output' })
  else if (run?.reused === 'pin')
    badges.push({ status: 'reused', title: 'In this run a pinned output stood in for it' })
  if (run?.reused === 'run') badges.push({ status: 'reused', title: 'Its output in the earlier run was used' })
  if (run?.fallback) badges.push({ status: 'fallback', title: `Its fallback ran, because: ${run.fallback.message}` })
  if (run?.cached && run.status === 'succeeded' && !run.reused) {
    badges.push({ status: 'cached', title: 'An equal step ran before: its output came from the cache' })
  }
  return badges.map(({ status, title }) => (
    <Tooltip key={status} label={title}>
      <span className="inline-flex" data-badge={status}>
        <StatusIcon status={status} className="size-3.5" />
      </span>
    </Tooltip>
  ))
}
