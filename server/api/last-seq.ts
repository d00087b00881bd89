/** Where a stream goes on: after the last message the browser received, or else where the caller said. */
export function lastSeqOf(input: { afterSeq: number; lastEventId?: string | null }): number {
  const received = Number(input.lastEventId ?? Number.NaN)
  return Number.isSafeInteger(received) && received >= 0 ? received : input.afterSeq
}
