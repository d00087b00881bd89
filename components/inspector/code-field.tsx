'use client'
import { javascript } from '@codemirror/lang-javascript'
import { json } from '@codemirror/lang-json'
import { sql } from '@codemirror/lang-sql'
import CodeMirror, { EditorView } from '@uiw/react-codemirror'
import { useMemo } from 'react'
import { editorTheme } from './editor-theme.ts'
import { useDebouncedText } from './use-debounced-text.ts'

const languages = { javascript: () => javascript(), json: () => json(), sql: () => sql() }

export interface CodeFieldProps {
  id?: string
  /** Read aloud. */
  label: string
  language: keyof typeof languages
  value: string
  onChange(text: string): void
  readOnly?: boolean
  placeholder?: string
}

/** An editor for a piece of code; handed on a quarter of a second after the last key. */
export function CodeField({ id, label, language, value, onChange, readOnly, placeholder }: CodeFieldProps) {
  const { text, onChange: type, flush } = useDebouncedText(value, onChange)
  const extensions = useMemo(
    () => [
      languages[language](),
      ...editorTheme,
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': label, ...(id ? { id } : {}) }),
    ],
    [language, label, id],
  )
  return (
    <CodeMirror
      value={text}
      onChange={type}
      onBlur={flush}
      readOnly={readOnly}
      placeholder={placeholder}
      theme="none"
      minHeight="96px"
      maxHeight="360px"
      extensions={extensions}
      basicSetup={{
        lineNumbers: language !== 'json',
        foldGutter: false,
        highlightActiveLine: false,
        highlightActiveLineGutter: false,
        searchKeymap: false,
      }}
      className="overflow-hidden rounded-sm border text-xs focus-within:border-accent focus-within:outline-2 focus-within:outline-accent/40"
    />
  )
}
