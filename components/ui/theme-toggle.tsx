'use client'
import { Moon, Sun } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { IconButton } from './icon-button.tsx'

const listeners = new Set<() => void>()
const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
const isDark = () => document.documentElement.dataset.theme === 'dark'

/** Switches between light and dark and remembers it; until then the system decides (public/theme.js). */
export function ThemeToggle({ className }: { className?: string }) {
  const dark = useSyncExternalStore(subscribe, isDark, () => false)
  const toggle = () => {
    const next = dark ? 'light' : 'dark'
    document.documentElement.dataset.theme = next
    localStorage.setItem('orchestrator.theme', next)
    for (const listener of listeners) listener()
  }
  return (
    <IconButton label={dark ? 'Use the light theme' : 'Use the dark theme'} onClick={toggle} className={className}>
      {dark ? <Sun /> : <Moon />}
    </IconButton>
  )
}
