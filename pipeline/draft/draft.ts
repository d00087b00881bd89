/** The draft of a pipeline: its document as a Yjs document, the form in which several people (or tabs) edit it at once. */
export { applyDocument, draftFromDocument } from './apply-document.ts'
export { documentFromDraft, readDraft, stepOf } from './document-from-draft.ts'
export {
  draftMapNames,
  type EdgeRecord,
  edgeKey,
  edgesMap,
  layoutMap,
  newStepKey,
  pipelineMap,
  readRecord,
  readStepContent,
  setPlain,
  setRecord,
  setRecordEntry,
  type StepContent,
  type StepLayout,
  stepsMap,
  writeStepContent,
} from './draft-shape.ts'
export { orderBetween, ordersBetween } from './fractional-order.ts'
export { type DraftEdge, type DraftOutline, outlineOf } from './outline.ts'
