'use client'
import { javascript } from '@codemirror/lang-javascript'
import { json } from '@codemirror/lang-json'
import { sql } from '@codemirror/lang-sql'
import { classNames } from '#components/ui/class-names.ts'
import CodeMirror, { EditorView } from '@uiw/react-codemirror'
import { useMemo } from 'react'
import { editorTheme } from './editor-theme.ts'
import { useTypedText } from '#components/ui/use-typed-text.ts'

const minHeight = 96

const languages = { javascript: () => javascript(), json: () => json(), sql: () => sql() }

export interface CodeFieldProps {
  ids?: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }
  /** Read aloud. */
  label: string
  language: keyof typeof languages
  value: string
  onChange(text: string): void
  readOnly?: boolean
  placeholder?: string
}

/** An editor for a piece of code; handed on a quarter of a second after the last key. */
export function CodeField({ ids, label, language, value, onChange, readOnly, placeholder }: CodeFieldProps) {
  const { text, onChange: type, flush } = useTypedText(value, onChange)
  const { id } = ids ?? {}
  const describedBy = ids?.['aria-describedby']
  const invalid = ids?.['aria-invalid']
  const extensions = useMemo(
    () => [
      languages[language](),
      ...editorTheme(minHeight),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({
        'aria-label': label,
        ...(id ? { id } : {}),
        ...(describedBy ? { 'aria-describedby': describedBy } : {}),
        ...(invalid ? { 'aria-invalid': 'true' } : {}),
      }),
    ],
    [language, label, id, describedBy, invalid],
  )
  return (
    <CodeMirror
      value={text}
      onChange={type}
      onBlur={flush}
      readOnly={readOnly}
      placeholder={placeholder}
      theme="none"
      maxHeight="360px"
      extensions={extensions}
      basicSetup={{
        lineNumbers: language !== 'json',
        foldGutter: false,
        highlightActiveLine: false,
        highlightActiveLineGutter: false,
        searchKeymap: false,
        // Undo is the pipeline's: it takes back what was stored, in whatever field that was.
        history: false,
        historyKeymap: false,
      }}
      className={classNames(
        'overflow-hidden rounded-sm border bg-surface text-xs focus-within:border-accent focus-within:outline-2 focus-within:outline-accent/40',
        invalid && 'border-failed',
      )}
    />
  )
}
