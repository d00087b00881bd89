'use client'
import { useCallback, useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()
const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** One of a few values, kept in this browser under `key`; the first is the default, and what the server renders. */
export function useStoredChoice<const Choice extends string>(
  key: string,
  choices: readonly Choice[],
): [Choice, (choice: Choice) => void] {
  const first = choices[0] as Choice
  const stored = useSyncExternalStore(
    subscribe,
    () => localStorage.getItem(key),
    () => null,
  )
  const choose = useCallback(
    (next: Choice) => {
      localStorage.setItem(key, next)
      for (const listener of listeners) listener()
    },
    [key],
  )
  return [choices.find((choice) => choice === stored) ?? first, choose]
}
