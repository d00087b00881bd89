import type { StepManifest } from '#pipeline/manifest.ts'
import type { StepDefinition } from './define-step.ts'
import { aiClassify } from './ai-classify.ts'
import { aiEmbed } from './ai-embed.ts'
import { aiEntities } from './ai-entities.ts'
import { aiGenerate } from './ai-generate.ts'
import { aiOcr } from './ai-ocr.ts'
import { aiSearch } from './ai-search.ts'
import { aiSentiment } from './ai-sentiment.ts'
import { dataAggregate } from './data-aggregate.ts'
import { dataCsv } from './data-csv.ts'
import { dataFilter } from './data-filter.ts'
import { dataJoin } from './data-join.ts'
import { dataJson } from './data-json.ts'
import { dataQuery } from './data-query.ts'
import { dataSort } from './data-sort.ts'
import { dataTransform } from './data-transform.ts'
import { fileList } from './file-list.ts'
import { fileRead } from './file-read.ts'
import { fileWrite } from './file-write.ts'
import { flowApproval } from './flow-approval.ts'
import { flowBranch } from './flow-branch.ts'
import { flowBreak } from './flow-break.ts'
import { flowCatch } from './flow-catch.ts'
import { flowFail } from './flow-fail.ts'
import { flowFinally } from './flow-finally.ts'
import { flowForm } from './flow-form.ts'
import { flowLoop } from './flow-loop.ts'
import { flowMap } from './flow-map.ts'
import { flowMerge } from './flow-merge.ts'
import { flowPipeline } from './flow-pipeline.ts'
import { flowStop } from './flow-stop.ts'
import { flowSwitch } from './flow-switch.ts'
import { flowTry } from './flow-try.ts'
import { flowWait } from './flow-wait.ts'
import { httpRequest } from './http-request.ts'
import { textExtract } from './text-extract.ts'
import { textMatch } from './text-match.ts'
import { textSplit } from './text-split.ts'
import { textTemplate } from './text-template.ts'

/** Every step type, one line each. The order is that of the palette within a category. */
const definitions = {
  'data.csv': dataCsv,
  'data.json': dataJson,
  'data.filter': dataFilter,
  'data.transform': dataTransform,
  'data.sort': dataSort,
  'data.aggregate': dataAggregate,
  'data.join': dataJoin,
  'data.query': dataQuery,
  'text.template': textTemplate,
  'text.extract': textExtract,
  'text.split': textSplit,
  'text.match': textMatch,
  'file.read': fileRead,
  'file.write': fileWrite,
  'file.list': fileList,
  'http.request': httpRequest,
  'ai.generate': aiGenerate,
  'ai.classify': aiClassify,
  'ai.sentiment': aiSentiment,
  'ai.search': aiSearch,
  'ai.embed': aiEmbed,
  'ai.entities': aiEntities,
  'ai.ocr': aiOcr,
  'flow.map': flowMap,
  'flow.loop': flowLoop,
  'flow.branch': flowBranch,
  'flow.switch': flowSwitch,
  'flow.merge': flowMerge,
  'flow.try': flowTry,
  'flow.catch': flowCatch,
  'flow.finally': flowFinally,
  'flow.pipeline': flowPipeline,
  'flow.wait': flowWait,
  'flow.approval': flowApproval,
  'flow.form': flowForm,
  'flow.break': flowBreak,
  'flow.stop': flowStop,
  'flow.fail': flowFail,
} satisfies Record<string, StepDefinition>

/** The step types by name, with the code that runs them. Server only. */
export const stepRegistry: ReadonlyMap<string, StepDefinition> = new Map(Object.entries<StepDefinition>(definitions))

/** The step types by name as plain JSON, safe to send to the browser. */
export const manifests: ReadonlyMap<string, StepManifest> = new Map(
  [...stepRegistry].map(([type, definition]) => [type, definition.manifest]),
)
