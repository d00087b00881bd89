'use client'
import { useCallback, useEffect, useRef, useState } from 'react'

const commitAfterMs = 250

/**
 * Text that is shown at once and handed on a quarter of a second after the last key, and when the field is left. A
 * change from elsewhere (undo, another person) replaces it, unless one is being typed.
 */
export function useDebouncedText(value: string, commit: (text: string) => void) {
  const [typed, setTyped] = useState<string | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const latest = useRef({ typed, commit, value })
  useEffect(() => {
    latest.current = { typed, commit, value }
  })
  const flush = useCallback(() => {
    clearTimeout(timer.current)
    const { typed: text, commit: hand, value: known } = latest.current
    if (text !== null && text !== known) hand(text)
    setTyped(null)
  }, [])
  // What was typed must not be lost when another step is selected within the quarter second.
  useEffect(() => flush, [flush])
  const onChange = useCallback(
    (text: string) => {
      setTyped(text)
      latest.current = { ...latest.current, typed: text }
      clearTimeout(timer.current)
      timer.current = setTimeout(flush, commitAfterMs)
    },
    [flush],
  )
  return { text: typed ?? value, onChange, flush }
}
