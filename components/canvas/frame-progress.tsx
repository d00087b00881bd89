import type { StepRunInfo } from '#components/editor/editor.ts'
import { formatNumber } from '#components/ui/format.ts'

/** How far a container has come, in a few words: `148 / 200, 3 failed`, `turn 3 of at most 100`. */
export function FrameProgress({ run }: { run: StepRunInfo | undefined }) {
  if (!run) return null
  const { progress, turn, parts } = run
  if (turn) {
    const word = run.status === 'running' || run.status === 'waiting' ? 'Turn' : turn.number === 1 ? 'turn' : 'turns'
    return (
      <span className="shrink-0 tabular" data-turn={turn.number}>
        {word === 'Turn' ? `Turn ${formatNumber(turn.number)}` : `${formatNumber(turn.number)} ${word}`} of at most{' '}
        {formatNumber(turn.limit)}
      </span>
    )
  }
  if (progress?.total === undefined) return null
  return (
    <span className="shrink-0 tabular">
      {formatNumber(progress.done)} / {formatNumber(progress.total)}
      {progress.failed ? <span className="text-failed">, {formatNumber(progress.failed)} failed</span> : null}
      {parts ? <span title="Parts on other workers">, {`${parts.done} / ${parts.count} parts`}</span> : null}
    </span>
  )
}
