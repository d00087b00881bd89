'use client'
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import { Prec } from '@codemirror/state'
import { keymap, tooltips } from '@codemirror/view'
import CodeMirror, { EditorView } from '@uiw/react-codemirror'
import { type Editor, useEditorApi } from '#components/editor/editor.ts'
import {
  type DraggedReference,
  draggedReference,
  referenceType,
  type RunFeed,
  useRunFeed,
} from '#components/runs/runs.ts'
import { classNames } from '#components/ui/class-names.ts'
import { useTypedText } from '#components/ui/use-typed-text.ts'
import { useCallback, useMemo, useRef } from 'react'
import { completeExpression } from './complete-expression.ts'
import { connectReferences } from './connect-references.ts'
import { editorTheme } from './editor-theme.ts'
import { scopeNames } from './expression-scope.ts'
import { isExpression } from './field-kind.ts'
import { highlightExpression } from './highlight-expression.ts'
import { referenceChange } from './insert-reference.ts'
import { LiveValue } from './live-value.tsx'
import { setReferenceTarget } from './reference-target.ts'

export interface ExpressionFieldProps {
  ids?: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }
  /** Read aloud. */
  label: string
  /** `condition` reads a text without braces as an expression; the others only what is in braces. */
  kind: 'template' | 'expression' | 'condition'
  /** Whose names complete; null for the pipeline's outputs. */
  stepKey: string | null
  /** Path of the field: `with.items`, `with.cases[0].when`. */
  field: string
  value: string
  onChange(text: string): void
  /** Whether a typed text stands for the stored one, where they are not the same text (JSON). */
  same?(typed: string, stored: string): boolean
  readOnly?: boolean
  multiline?: boolean
  placeholder?: string
}

interface Place {
  editor: Editor
  feed: RunFeed | null
  stepKey: string | null
  kind: ExpressionFieldProps['kind']
  field: string
}

/** `with.cases[0].when` -> `cases`: the setting whose names are in scope. */
const settingOf = (field: string): string | null => /^with\.(\w+)/.exec(field)?.[1] ?? null

/** A text with expressions: coloured, completed from what steps really gave, with what it comes to below. */
export function ExpressionField({
  ids,
  label,
  kind,
  stepKey,
  field,
  value,
  onChange,
  same,
  readOnly,
  multiline,
  placeholder,
}: ExpressionFieldProps) {
  const editor = useEditorApi()
  const feed = useRunFeed()
  const { text, onChange: type, flush } = useTypedText(value, onChange, same)
  const textWhenFocused = useRef(value)
  const { id } = ids ?? {}
  const describedBy = ids?.['aria-describedby']
  const invalid = ids?.['aria-invalid']
  const extensions = useMemo(
    () => [
      ...behaviour({ editor, feed, stepKey, kind, field }, multiline ?? false),
      EditorView.contentAttributes.of({
        'aria-label': label,
        'data-field': field,
        ...(multiline ? { 'aria-multiline': 'true' } : { 'aria-multiline': 'false' }),
        ...(id ? { id } : {}),
        ...(describedBy ? { 'aria-describedby': describedBy } : {}),
        ...(invalid ? { 'aria-invalid': 'true' } : {}),
      }),
    ],
    [editor, feed, stepKey, kind, multiline, label, field, id, describedBy, invalid],
  )
  const onBlur = useCallback(() => {
    flush()
    if (stepKey !== null && text !== textWhenFocused.current) connectReferences(editor, stepKey, text, kind)
    textWhenFocused.current = text
  }, [editor, flush, kind, stepKey, text])
  const live = kind === 'condition' ? text.trim() !== '' : isExpression(text)
  return (
    <div className="min-w-0">
      <CodeMirror
        value={text}
        onChange={type}
        onBlur={onBlur}
        onFocus={() => {
          textWhenFocused.current = text
        }}
        readOnly={readOnly}
        editable={!readOnly}
        placeholder={placeholder}
        theme="none"
        maxHeight="320px"
        indentWithTab={false}
        basicSetup={false}
        extensions={extensions}
        className={classNames(
          'overflow-hidden rounded-sm border bg-surface text-xs transition-colors hover:border-line-strong/60 focus-within:border-accent focus-within:outline-2 focus-within:outline-accent/40',
          invalid && 'border-failed',
        )}
      />
      {live && !invalid ? (
        <LiveValue
          stepKey={stepKey}
          setting={settingOf(field)}
          field={field}
          text={text}
          condition={kind === 'condition'}
        />
      ) : null}
    </div>
  )
}

/** Everything the field does besides showing its text. */
function behaviour({ editor, feed, stepKey, kind, field }: Place, multiline: boolean) {
  const bare = kind === 'condition'
  const connect = (fromKey: string | null): void => {
    if (stepKey !== null && fromKey !== null) editor.actions.addReference(stepKey, fromKey)
  }
  const put = (view: EditorView, offset: number, { expression, stepKey: fromKey }: DraggedReference): void => {
    if (view.state.readOnly) return
    const change = referenceChange(view.state.doc.toString(), offset, expression, kind)
    view.dispatch({
      changes: change,
      selection: { anchor: change.from + change.insert.length },
      userEvent: 'input.drop',
      scrollIntoView: true,
    })
    view.focus()
    connect(fromKey)
  }
  return [
    ...editorTheme(multiline ? 62 : 26),
    highlightExpression(bare),
    closeBrackets(),
    autocompletion({
      override: [
        completeExpression(
          { names: () => scopeNames(editor, feed, stepKey, settingOf(field)), onReference: connect },
          bare,
        ),
      ],
      icons: false,
      activateOnTyping: true,
    }),
    // The list must not be cut off by the panel's edge.
    tooltips({ position: 'fixed', parent: typeof document === 'undefined' ? undefined : document.body }),
    keymap.of([...closeBracketsKeymap, ...completionKeymap]),
    // Enter in a field of one line must not break it; it is left to completion and to the form.
    ...(multiline ? [] : [Prec.low(keymap.of([{ key: 'Enter', run: () => true }]))]),
    EditorView.lineWrapping,
    EditorView.domEventHandlers({
      focus: (_event, view) => {
        setReferenceTarget({
          stepKey,
          isOnScreen: () => view.dom.isConnected,
          insert: (reference) => put(view, view.state.selection.main.head, reference),
        })
        return false
      },
      dragover: (event) => {
        if (!event.dataTransfer?.types.includes(referenceType)) return false
        event.preventDefault()
        event.dataTransfer.dropEffect = 'copy'
        return true
      },
      drop: (event, view) => {
        const reference = draggedReference(event.dataTransfer)
        if (!reference) return false
        event.preventDefault()
        put(view, view.posAtCoords({ x: event.clientX, y: event.clientY }) ?? view.state.doc.length, reference)
        return true
      },
    }),
  ]
}
