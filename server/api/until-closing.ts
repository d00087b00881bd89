import type { ApiContext } from './trpc.ts'

/** Aborts when the browser leaves or the server goes down, so that no stream holds the process open. */
export const untilClosing = (context: ApiContext, signal: AbortSignal | undefined): AbortSignal =>
  signal ? AbortSignal.any([signal, context.closing]) : context.closing
