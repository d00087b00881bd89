import type { ErrorCode, ErrorInfo } from '#pipeline/errors.ts'

const fixes: Partial<Record<ErrorCode, string>> = {
  'step-failed': 'Look at what the step was given; where this passes by itself, give it a retry policy.',
  'step-timeout': 'Raise its timeout, or have it do less at a time.',
  'invalid-config': 'Correct the setting; what it came to in this run is among the inputs of the step.',
  'invalid-policy': 'Correct the policy of the step.',
  'output-invalid': 'This is a defect of the step type, unless its code is yours: correct what it returns.',
  'expression-evaluation':
    'Correct the expression; what its names hold in this run is in the outputs of the steps before.',
  'expression-limit': 'Have the expression do less, or use a step such as data.transform for it.',
  'unknown-reference': 'Correct the name in the expression.',
  'code-failed': 'Correct the code at the line named, or check for values that are missing.',
  'code-limit': 'Have the code do less at a time, or raise its limits.',
  'request-failed': 'Check the address, or give the step a retry policy.',
  'model-failed': 'Try again, pick another model, or give the step a retry policy.',
  'model-missing': 'Pick a model that is available, or connect its provider in Settings > Connections.',
  'file-not-found': 'Check the path, or upload the file.',
  'file-too-large': 'Use a smaller file, or raise the limit.',
  'wait-timeout': 'Give it more time, or say what then applies (on timeout).',
  rejected: 'Handle a rejection with its port or an error policy, or run again from this step.',
  'flow-failed': 'The pipeline ends here on purpose: its message says why.',
  'loop-limit': 'Raise the limit of the loop, or correct the condition that should end it.',
  'call-depth': 'Find the pipelines that call each other in a circle.',
  'value-missing': 'Run it again: the value was removed by the retention rules or is lost.',
  'invalid-request': 'Check what the step was given.',
  internal: 'This is a defect of ours: please report it.',
}

/** What would help against an error that does not say so itself. */
export function usualFix({ code }: Pick<ErrorInfo, 'code'>): string {
  return fixes[code] ?? 'Look at what the step was given in this run.'
}
