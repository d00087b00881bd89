'use client'
import { useSyncExternalStore } from 'react'

const never = () => () => {}

/** A value only the browser knows and that does not change (platform, storage at start); `onServer` until the page is live. */
export function useBrowserValue<Value extends string | number | boolean | null>(
  read: () => Value,
  onServer: Value,
): Value {
  return useSyncExternalStore(never, read, () => onServer)
}
