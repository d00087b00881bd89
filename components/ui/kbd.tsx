'use client'
import { classNames } from './class-names.ts'
import { useBrowserValue } from './use-browser-value.ts'

const macNames: Record<string, string> = { Mod: '⌘', Shift: '⇧', Alt: '⌥', Enter: '↵', Backspace: '⌫', Escape: 'Esc' }
const otherNames: Record<string, string> = { Mod: 'Ctrl', Enter: '↵', Escape: 'Esc', Backspace: '⌫' }
const arrows: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→' }

const isMac = () => /Mac|iPhone|iPad/.test(navigator.platform)

/** A key combination such as `Mod+Shift+Z`, drawn with the platform's names. */
export function Kbd({ keys, inverted }: { keys: string; inverted?: boolean }) {
  const mac = useBrowserValue(isMac, false)
  const names = mac ? macNames : otherNames
  return (
    <span className="inline-flex gap-0.5">
      {(keys === '+' ? ['+'] : keys.split('+')).map((key) => (
        <kbd
          key={key}
          className={classNames(
            'inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-[4px] px-1 font-sans text-2xs',
            inverted ? 'bg-black/15 text-current' : 'border bg-surface-quiet text-text-quiet',
          )}
        >
          {names[key] ?? arrows[key] ?? key}
        </kbd>
      ))}
    </span>
  )
}
