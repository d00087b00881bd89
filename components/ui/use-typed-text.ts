'use client'
import { useCallback, useEffect, useRef, useState } from 'react'

const commitAfterMs = 250

/** Fields with text that is not handed on yet. */
const pending = new Set<() => void>()

/** Hands on at once what is being typed anywhere: before something reads or changes what the fields show. */
export function commitTypedTexts(): void {
  for (const commit of [...pending]) commit()
}

const sameText = (typed: string, stored: string): boolean => typed === stored

/** For numbers: `1.` and `1.0` stand for 1. */
export const sameNumber = (typed: string, stored: string): boolean =>
  typed === stored || (typed.trim() !== '' && stored !== '' && Number(typed) === Number(stored))

/** For texts that are stored without the space around them. */
export const sameTrimmed = (typed: string, stored: string): boolean => typed.trim() === stored.trim()

/**
 * Text that is shown as typed and handed on a quarter of a second after the last key, and when the field is left. It
 * stays as typed (`1.` while 1 is stored) until then; a change from elsewhere (undo, another person) replaces it.
 * `same` says whether a typed text stands for the stored one.
 */
export function useTypedText(
  value: string,
  commit: (text: string) => void,
  same: (typed: string, stored: string) => boolean = sameText,
): { text: string; onChange(text: string): void; flush(): void } {
  const [typed, setTyped] = useState<{ text: string; waiting: boolean } | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const waiting = useRef<string | null>(null)
  const latest = useRef({ commit, value, same })
  useEffect(() => {
    latest.current = { commit, value, same }
  })
  const handOn = useCallback(() => {
    clearTimeout(timer.current)
    pending.delete(handOn)
    const text = waiting.current
    if (text === null) return
    waiting.current = null
    setTyped({ text, waiting: false })
    if (!latest.current.same(text, latest.current.value)) latest.current.commit(text)
  }, [])
  const onChange = useCallback(
    (text: string) => {
      waiting.current = text
      setTyped({ text, waiting: true })
      pending.add(handOn)
      clearTimeout(timer.current)
      timer.current = setTimeout(handOn, commitAfterMs)
    },
    [handOn],
  )
  const flush = useCallback(() => {
    handOn()
    setTyped(null)
  }, [handOn])
  // What was typed must not be lost when another step is selected within the quarter second.
  useEffect(() => flush, [flush])
  return { text: typed !== null && (typed.waiting || same(typed.text, value)) ? typed.text : value, onChange, flush }
}
