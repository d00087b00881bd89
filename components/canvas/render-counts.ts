declare global {
  interface Window {
    /** Only when `localStorage['orchestrator:test']` is set: how often each card rendered, by step key. */
    __orchestrator?: { cardRenders: Record<string, number>; documentUpdates: number }
  }
}

/** Counts a render of a card for tests that assert who rendered; costs one property read otherwise. */
export function countCardRender(key: string): void {
  const hook = typeof window === 'undefined' ? undefined : window.__orchestrator
  if (hook) hook.cardRenders[key] = (hook.cardRenders[key] ?? 0) + 1
}

/** Sets the hook up when the browser asks for it. */
export function installTestHook(): void {
  if (localStorage.getItem('orchestrator:test') === null) return
  window.__orchestrator ??= { cardRenders: {}, documentUpdates: 0 }
}
