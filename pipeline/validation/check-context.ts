import type { ErrorCode } from '../errors.ts'
import type { StepManifest } from '../manifest.ts'
import type { NodePath } from '../node-path.ts'
import type { Problem, ProblemFix } from '../problem.ts'
import { shortMessage } from '../short-message.ts'
import type { Positions } from '../yaml/positions.ts'
import { locate } from './locate.ts'
import type { LooseGraph } from './loose-graph.ts'

/** A finding by its node; `offset` counts inside a text value, `key` points at the node's key. */
export interface Finding {
  code: ErrorCode
  message: string
  path: NodePath
  severity?: 'error' | 'warning'
  offset?: number
  key?: boolean
  fix?: ProblemFix
}

/** What every check reads, and where it reports. */
export interface CheckContext {
  document: unknown
  graph: LooseGraph
  manifests: ReadonlyMap<string, StepManifest>
  report(finding: Finding): void
}

/** A context whose findings become located problems in `problems`. */
export function createContext(
  document: unknown,
  graph: LooseGraph,
  manifests: ReadonlyMap<string, StepManifest>,
  problems: Problem[],
  positions: Positions | undefined,
): CheckContext {
  return {
    document,
    graph,
    manifests,
    report({ code, message, path, severity = 'error', offset, key, fix }) {
      problems.push({
        code,
        severity,
        message: shortMessage(message),
        ...locate(document, path, positions, { offset, key }),
        ...(fix ? { fix } : {}),
      })
    },
  }
}
