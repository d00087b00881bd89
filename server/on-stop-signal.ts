/**
 * Calls `first` at Ctrl-C or SIGTERM and `again` at every later one; returns what stops listening. One key press may
 * arrive twice, from the terminal and from a launcher (npm, npx) that passes it on: what comes within half a second of
 * the first is the same one.
 */
export function onStopSignal(first: () => void, again: (signal: NodeJS.Signals) => void): () => void {
  let since: number | null = null
  const onSignal = (signal: NodeJS.Signals): void => {
    if (since === null) {
      since = performance.now()
      first()
    } else if (performance.now() - since > 500) again(signal)
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return () => {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}
