'use client'
import { commandGroups, useEditor, useEditorApi } from '#components/editor/editor.ts'
import { Dialog } from '#components/ui/dialog.tsx'
import { Kbd } from '#components/ui/kbd.tsx'

/** All shortcuts, from the same commands that carry them out. */
export function ShortcutsDialog() {
  const { actions, commands } = useEditorApi()
  const open = useEditor((state) => state.dialog === 'shortcuts')
  if (!open) return null
  return (
    <Dialog open onOpenChange={() => actions.openDialog(null)} title="Keyboard shortcuts" className="max-w-3xl">
      <div className="gap-8 sm:columns-2" tabIndex={0} role="group" aria-label="All shortcuts">
        {commandGroups.map((group) => (
          <section key={group} className="mb-4 break-inside-avoid">
            <h3 className="pb-1 text-xs font-medium text-text-quiet">{group}</h3>
            <dl>
              {[...commands.values()]
                .filter((command) => command.group === group && command.keys.length > 0)
                .map((command) => (
                  <div key={command.id} className="flex items-center justify-between gap-4 border-t py-1 text-sm">
                    <dt>{command.title}</dt>
                    <dd className="flex shrink-0 gap-2">
                      {command.keys.slice(0, 2).map((keys) => (
                        <Kbd key={keys} keys={keys} />
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
