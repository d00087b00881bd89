import type { JsonValue } from '#pipeline/document.ts'
import type { ErrorInfo } from '#pipeline/errors.ts'
import { itemLabel } from '#pipeline/item-label.ts'
import { usualFix } from './usual-fix.ts'
import { loadItem } from './containers/load-item.ts'
import type { Frame, NodeState } from './core/core.ts'
import type { RunHost } from './run-host.ts'

/** The error with the name of its step, and the item it was about, for people. What it says already stays. */
export function locateError(
  host: RunHost,
  node: NodeState,
  error: ErrorInfo,
  involved: Record<string, string> = {},
): ErrorInfo {
  const { name } = node.step.step
  // Of a step inside a container that has failed: it says itself where it was.
  const isOwn = error.step === undefined || error.step === node.path
  const item = error.item ?? (isOwn ? itemAround(host, node.frame) : undefined)
  return {
    ...error,
    step: error.step ?? node.path,
    ...(isOwn && name !== undefined && error.stepName === undefined ? { stepName: name } : {}),
    ...(item ? { item } : {}),
    ...(isOwn ? { fix: error.fix ?? usualFix(error) } : {}),
    ...(isOwn && Object.keys(involved).length > 0 ? { details: { ...involved, ...error.details } } : {}),
  }
}

const telling = ['file', 'path', 'url', 'model', 'pipeline', 'event'] as const

/** What settings name of the world, so that an error can say it too. An address goes without its query: keys are often in there. */
export function involvedIn(config: Record<string, JsonValue>): Record<string, string> {
  const involved: Record<string, string> = {}
  for (const key of telling) {
    const value = config[key]
    if (typeof value === 'string' && value !== '') involved[key] = key === 'url' ? value.replace(/[?#].*$/, '') : value
  }
  return involved
}

/** The item of the innermost map or loop around a step, also around the pipeline it is called from. */
function itemAround(host: RunHost, frame: Frame): ErrorInfo['item'] {
  for (let here: Frame | undefined = frame; here?.owner; here = here.owner.node.frame) {
    const { container, index } = here.owner
    if (container.kind === 'loop') return { index }
    if (container.kind !== 'map') continue
    const label = labelOf(host, here)
    return { index, ...(label === undefined ? {} : { label }) }
  }
  return undefined
}

/** At once or not at all: a list that is not in memory is not fetched for the sake of a label. */
function labelOf(host: RunHost, frame: Frame): string | undefined {
  try {
    const item: JsonValue | Promise<JsonValue> = loadItem(frame, host.environment.values)
    if (!(item instanceof Promise)) return itemLabel(item)
    item.catch(() => {})
  } catch {
    // The list is gone: the index has to do.
  }
  return undefined
}
