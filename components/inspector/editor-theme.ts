import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { EditorView } from '@uiw/react-codemirror'
import { tags } from '@lezer/highlight'

const theme = EditorView.theme({
  '&': { backgroundColor: 'var(--surface)', color: 'var(--text)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-content': {
    fontFamily: 'var(--font-mono, monospace)',
    fontVariantLigatures: 'none',
    caretColor: 'var(--text)',
    padding: '4px 0',
  },
  '.cm-line': { padding: '0 8px' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--surface-quiet)', color: 'var(--text-faint)', border: 'none' },
  '.cm-placeholder': { color: 'var(--text-faint)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'color-mix(in oklch, var(--accent) 26%, transparent)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    boxShadow: 'var(--float-shadow)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--font-mono, monospace)',
    fontSize: '12px',
    maxHeight: '260px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--accent-soft)',
    color: 'var(--text)',
  },
  '.cm-completionDetail': { color: 'var(--text-faint)', fontStyle: 'normal', marginLeft: '10px' },
  '.cm-tooltip.cm-completionInfo': {
    fontFamily: 'var(--font-sans, sans-serif)',
    fontSize: '12px',
    padding: '6px 8px',
    maxWidth: '260px',
    color: 'var(--text-quiet)',
  },
  '&:not(.cm-focused) .cm-matchingBracket': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-soft)', color: 'inherit' },
})

const colors = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], color: 'var(--category-ai)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--category-web)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--category-data)' },
  { tag: [tags.comment], color: 'var(--text-faint)', fontStyle: 'italic' },
  { tag: [tags.propertyName, tags.attributeName], color: 'var(--text)' },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: 'var(--accent-text)' },
])

/** The looks of every code editor, from the same tokens as the rest; all of its height (pixels at least) takes clicks and drops. */
export const editorTheme = (minHeight: number) => [
  theme,
  EditorView.theme({ '.cm-content': { minHeight: `${minHeight}px`, boxSizing: 'border-box' } }),
  syntaxHighlighting(colors),
]
