/** What the thread of the local models can be asked to do; one message each. */
export interface LocalRequests {
  embed: { payload: string[]; result: number[][] }
  sentiment: { payload: string[]; result: { label: 'positive' | 'neutral' | 'negative'; score: number }[] }
  entities: { payload: string[]; result: { value: string; type: string; start: number; end: number }[][] }
  ocr: { payload: { image: Uint8Array; language: string }; result: { text: string; confidence: number } }
}
export type LocalKind = keyof LocalRequests

/** To the thread: a request, or the wish to drop one. */
export type ToThread =
  | { [Kind in LocalKind]: { id: number; kind: Kind; payload: LocalRequests[Kind]['payload'] } }[LocalKind]
  | { cancel: number }

/** From the thread: the result of a request, or why there is none. `code` is an error code of ours. */
export type FromThread =
  | { id: number; result: LocalRequests[LocalKind]['result'] }
  | { id: number; error: { code: 'invalid-request' | 'model-failed'; message: string } }
