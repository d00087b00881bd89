import { apiClient, errorInfoOf, live } from '#components/api/api.tsx'
import { type DraftTransport, PushRefusedError } from '#components/editor/editor.ts'

/** Bytes of a base64 text. */
export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.codePointAt(0)!)
}

/** Base64 text of bytes, in pieces that fit on the call stack. */
export function base64Of(bytes: Uint8Array): string {
  let text = ''
  for (let start = 0; start < bytes.length; start += 0x8000) {
    text += String.fromCodePoint(...bytes.subarray(start, start + 0x8000))
  }
  return btoa(text)
}

/** The draft of a pipeline over the API. */
export function createApiTransport(pipelineId: string): DraftTransport {
  return {
    push: async (update, client) => {
      try {
        return await apiClient.pipelines.draft.push.mutate({ id: pipelineId, client, update: base64Of(update) })
      } catch (error) {
        const info = errorInfoOf(error)
        // An answer of ours will be the same next time; anything else is a server that is away for the moment.
        if (info && info.code !== 'internal' && info.code !== 'database-unavailable') {
          throw new PushRefusedError(info.message, { cause: error })
        }
        throw error
      }
    },
    subscribe: (afterSeq, onChange) =>
      live.subscribe({ kind: 'draft', pipelineId, afterSeq }, (message) => {
        if (message.topic !== 'draft') return
        onChange({ seq: message.seq, client: message.client, update: bytesOf(message.update) })
      }),
  }
}
