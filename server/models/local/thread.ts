/** The thread of the local models: takes requests, loads each model at its first use. */
import { parentPort } from 'node:worker_threads'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { FromThread, LocalKind, LocalRequests, ToThread } from './local-request.ts'

const active = new Map<number, AbortController>()

// Loaded at first use: embeddings alone cost 240 MB, and a pipeline without pictures needs no OCR.
const models = {
  embed: async (payload: LocalRequests['embed']['payload'], signal: AbortSignal) =>
    (await import('./embeddings.ts')).embedTexts(payload, signal),
  sentiment: async (payload: LocalRequests['sentiment']['payload']) =>
    (await import('./sentiment.ts')).readSentiment(payload),
  entities: async (payload: LocalRequests['entities']['payload']) =>
    (await import('./entities.ts')).findEntities(payload),
  ocr: async ({ image, language }: LocalRequests['ocr']['payload'], signal: AbortSignal) =>
    (await import('./ocr.ts')).recognizeText(image, language, signal),
}

type Request = Exclude<ToThread, { cancel: number }>

function run(request: Request, signal: AbortSignal): Promise<LocalRequests[LocalKind]['result']> {
  switch (request.kind) {
    case 'embed':
      return models.embed(request.payload, signal)
    case 'sentiment':
      return models.sentiment(request.payload)
    case 'entities':
      return models.entities(request.payload)
    case 'ocr':
      return models.ocr(request.payload, signal)
  }
}

async function answer(request: Request): Promise<void> {
  const { id } = request
  const controller = new AbortController()
  active.set(id, controller)
  let message: FromThread
  try {
    message = { id, result: await run(request, controller.signal) }
  } catch (error) {
    const isOurs = error instanceof OrchestratorError && error.code === 'invalid-request'
    const text = error instanceof Error ? error.message : String(error)
    message = { id, error: { code: isOurs ? 'invalid-request' : 'model-failed', message: text } }
  }
  active.delete(id)
  if (!controller.signal.aborted) parentPort?.postMessage(message)
}

parentPort?.on('message', (message: ToThread) => {
  if ('cancel' in message) active.get(message.cancel)?.abort()
  else void answer(message)
})
