import { onStopSignal } from './on-stop-signal.ts'

/** Runs `stop` once at Ctrl-C or SIGTERM, then ends the process with 0; a second signal ends it at once. */
export function stopOnSignal(stop: () => Promise<void>): void {
  onStopSignal(
    () => {
      console.log('\nStopping ... (again to stop at once)')
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error)
          process.exit(1)
        },
      )
    },
    (signal) => process.exit(signal === 'SIGINT' ? 130 : 143),
  )
}
