import type { SkipReason } from '#pipeline/events.ts'

/** Why a step did not run, as a sentence without its full stop. */
export const skipWords: Readonly<Record<SkipReason, string>> = {
  'branch-not-taken': 'Its branch was not taken',
  'upstream-skipped': 'A step before it was skipped',
  disabled: 'It is disabled',
  'run-ended': 'Something failed or was stopped before it could start',
  'not-needed': 'This run was asked for other steps only',
  'lost-race': 'Another branch was quicker',
}
