'use client'
import { useEffect, useState } from 'react'
import { classNames } from './class-names.ts'

const macNames: Record<string, string> = { Mod: '⌘', Shift: '⇧', Alt: '⌥', Enter: '↵', Backspace: '⌫', Escape: 'Esc' }
const otherNames: Record<string, string> = { Mod: 'Ctrl', Enter: '↵', Escape: 'Esc', Backspace: '⌫' }
const arrows: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→' }

/** A key combination such as `Mod+Shift+Z`, drawn with the platform's names. */
export function Kbd({ keys, inverted }: { keys: string; inverted?: boolean }) {
  // The platform is known in the browser only; the first render matches the server's.
  const [mac, setMac] = useState(false)
  useEffect(() => setMac(/Mac|iPhone|iPad/.test(navigator.platform)), [])
  const names = mac ? macNames : otherNames
  return (
    <span className="inline-flex gap-0.5">
      {keys.split('+').map((key) => (
        <kbd
          key={key}
          className={classNames(
            'inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-[4px] px-1 font-sans text-2xs',
            inverted ? 'bg-canvas/20 text-canvas' : 'border bg-surface-quiet text-text-quiet',
          )}
        >
          {names[key] ?? arrows[key] ?? key}
        </kbd>
      ))}
    </span>
  )
}
