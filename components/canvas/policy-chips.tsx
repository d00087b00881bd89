import { Icon } from '#components/ui/icon.tsx'
import { Tooltip } from '#components/ui/tooltip.tsx'
import type { Step } from '#pipeline/document.ts'
import { summarizePolicies } from '#pipeline/policy-summary.ts'
import { useMemo } from 'react'

/** The policies of a step as quiet glyphs, with words unless there is no room; nothing for a step without any. */
export function PolicyChips({ step, glyphsOnly = false }: { step: Step; glyphsOnly?: boolean }) {
  const notes = useMemo(() => summarizePolicies(step), [step])
  if (notes.length === 0) return null
  return (
    <ul
      className={
        glyphsOnly ? 'flex shrink-0 gap-1.5 pt-0.5' : 'card-detail flex flex-wrap gap-x-2.5 gap-y-0.5 px-3 pb-1.5'
      }
      aria-label="Policies"
    >
      {notes.map(({ kind, icon, text, title }) => (
        <li key={kind}>
          <Tooltip label={title}>
            <span className="flex max-w-52 items-center gap-1 text-2xs text-text-faint">
              <Icon name={icon} className="size-3 shrink-0" />
              <span className={glyphsOnly ? 'sr-only' : 'truncate'}>{text}</span>
            </span>
          </Tooltip>
        </li>
      ))}
    </ul>
  )
}
