import { RangeSetBuilder } from '@codemirror/state'
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view'
import { type HighlightKind, tokenizeForHighlight } from '#pipeline/expressions/expressions.ts'

const classes: Record<HighlightKind, string> = {
  delimiter: 'text-accent-text',
  keyword: 'text-category-ai',
  name: 'text-category-data font-medium',
  property: 'text-text',
  filter: 'text-category-text',
  function: 'text-category-text',
  string: 'text-category-web',
  number: 'text-category-data',
  operator: 'text-text-quiet',
  punctuation: 'text-text-quiet',
  comment: 'text-text-faint italic',
  error: 'text-failed underline decoration-wavy',
}
const marks = Object.fromEntries(
  Object.entries(classes).map(([kind, name]) => [kind, Decoration.mark({ class: name })]),
) as Record<HighlightKind, Decoration>

function decorate(view: EditorView, bare: boolean): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>()
  for (const { start, end, kind } of tokenizeForHighlight(view.state.doc.toString(), { bare })) {
    if (end > start) builder.add(start, end, marks[kind])
  }
  return builder.finish()
}

/** Colours the expressions in a text; `bare` reads all of it as one expression. */
export const highlightExpression = (bare: boolean) =>
  ViewPlugin.fromClass(
    class {
      decorations: DecorationSet
      constructor(view: EditorView) {
        this.decorations = decorate(view, bare)
      }
      update(update: ViewUpdate): void {
        if (update.docChanged) this.decorations = decorate(update.view, bare)
      }
    },
    { decorations: (plugin) => plugin.decorations },
  )
