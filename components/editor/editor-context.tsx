'use client'
import { createContext, type ReactNode, useContext } from 'react'
import { useStore } from 'zustand'
import type { Editor } from './create-editor.ts'
import type { EditorState, StepView } from './editor-state.ts'

const EditorContext = createContext<Editor | null>(null)

/** Gives everything below it the open pipeline. */
export function EditorProvider({ editor, children }: { editor: Editor; children: ReactNode }) {
  return <EditorContext value={editor}>{children}</EditorContext>
}

/** The open pipeline; throws outside an EditorProvider. */
export function useEditorApi(): Editor {
  const editor = useContext(EditorContext)
  if (!editor) throw new Error('useEditor needs an <EditorProvider> around it')
  return editor
}

/** A part of the editor's state; renders again only when what the selector returns changed (by identity). */
export function useEditor<Value>(selector: (state: EditorState) => Value): Value {
  return useStore(useEditorApi().store, selector)
}

/** One step; undefined once it is gone. */
export function useStepView(key: string | null): StepView | undefined {
  return useEditor((state) => (key === null ? undefined : state.steps[key]))
}

/** Key of the one selected step; null when none or several are selected. */
export const selectedStepKey = (state: EditorState): string | null =>
  state.selection.steps.length === 1 ? state.selection.steps[0]! : null
