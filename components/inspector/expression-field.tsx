'use client'
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import { Prec } from '@codemirror/state'
import { keymap } from '@codemirror/view'
import CodeMirror, { EditorView } from '@uiw/react-codemirror'
import { useEditorApi } from '#components/editor/editor.ts'
import { useRunFeed } from '#components/runs/runs.ts'
import { classNames } from '#components/ui/class-names.ts'
import { useMemo } from 'react'
import { completeExpression } from './complete-expression.ts'
import { editorTheme } from './editor-theme.ts'
import { scopeNames } from './expression-scope.ts'
import { highlightExpression } from './highlight-expression.ts'
import { useDebouncedText } from './use-debounced-text.ts'

export interface ExpressionFieldProps {
  id?: string
  /** Read aloud. */
  label: string
  /** `condition` reads a text without braces as an expression; the others only what is in braces. */
  kind: 'template' | 'expression' | 'condition'
  /** Whose names complete; null for the pipeline's outputs. */
  stepKey: string | null
  /** Path of the field, for tests and screen readers. */
  field: string
  value: string
  onChange(text: string): void
  readOnly?: boolean
  invalid?: boolean
  multiline?: boolean
  placeholder?: string
}

/** A text with expressions: coloured, completed from what steps really gave, handed on after a short pause. */
export function ExpressionField({
  id,
  label,
  kind,
  stepKey,
  field,
  value,
  onChange,
  readOnly,
  invalid,
  multiline,
  placeholder,
}: ExpressionFieldProps) {
  const editor = useEditorApi()
  const feed = useRunFeed()
  const { text, onChange: type, flush } = useDebouncedText(value, onChange)
  const bare = kind === 'condition'
  const extensions = useMemo(() => {
    const source = {
      names: () => scopeNames(editor, feed, stepKey),
      onReference: (fromKey: string) => {
        if (stepKey !== null) editor.actions.addReference(stepKey, fromKey)
      },
    }
    return [
      ...editorTheme,
      highlightExpression(bare),
      closeBrackets(),
      autocompletion({ override: [completeExpression(source, bare)], icons: false, activateOnTyping: true }),
      keymap.of([...closeBracketsKeymap, ...completionKeymap]),
      // Enter in a field of one line must not break it; it is left to completion and to the form.
      ...(multiline ? [] : [Prec.low(keymap.of([{ key: 'Enter', run: () => true }]))]),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({
        'aria-label': label,
        'data-field': field,
        ...(id ? { id } : {}),
        ...(invalid ? { 'aria-invalid': 'true' } : {}),
      }),
    ]
  }, [editor, feed, stepKey, bare, multiline, label, field, id, invalid])
  return (
    <CodeMirror
      value={text}
      onChange={type}
      onBlur={flush}
      readOnly={readOnly}
      placeholder={placeholder}
      theme="none"
      minHeight={multiline ? '80px' : '30px'}
      maxHeight="320px"
      indentWithTab={false}
      basicSetup={false}
      extensions={extensions}
      className={classNames(
        'overflow-hidden rounded-sm border bg-surface text-xs transition-colors hover:border-line-strong/60 focus-within:border-accent focus-within:outline-2 focus-within:outline-accent/40',
        invalid && 'border-failed',
      )}
    />
  )
}
