import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { CanvasState, CanvasStore } from './canvas-store.ts'

export const CanvasContext = createContext<CanvasStore | null>(null)

/** The canvas around a card or edge. */
export function useCanvasStore(): CanvasStore {
  const store = useContext(CanvasContext)
  if (!store) throw new Error('useCanvasStore needs a <Canvas> around it')
  return store
}

/** A part of what lives only on the canvas. */
export function useCanvas<Value>(selector: (state: CanvasState) => Value): Value {
  return useStore(useCanvasStore(), selector)
}
