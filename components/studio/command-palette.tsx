'use client'
import { commandGroups, displayName, offeredIn, useEditor, useEditorApi } from '#components/editor/editor.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { Command } from 'cmdk'
import { SearchDialog, SearchItem } from './search-dialog.tsx'

/** Every command, every step to go to, every step type to add: Mod+K. */
export function CommandPalette() {
  const open = useEditor((state) => state.dialog === 'commands')
  return open ? <OpenPalette /> : null
}

function OpenPalette() {
  const editor = useEditorApi()
  const { actions, commands, store } = editor
  const state = store.getState()
  const close = (): void => actions.openDialog(null)
  const choose = (run: () => void) => () => {
    close()
    run()
  }
  return (
    <SearchDialog title="Commands" placeholder="Search commands and steps" onClose={close}>
      {commandGroups.map((group) => (
        <Command.Group key={group} heading={group}>
          {[...commands.values()]
            .filter((command) => command.group === group && !command.canvasOnly && command.id !== 'commands')
            .map((command) => (
              <SearchItem
                key={command.id}
                value={`${command.title} ${command.id}`}
                keywords={command.keywords ? command.keywords.split(' ') : []}
                disabled={!command.enabled(state)}
                onSelect={choose(() => command.run())}
              >
                <span className="flex-1">{command.title}</span>
                {command.keys[0] ? <Kbd keys={command.keys[0]} /> : null}
              </SearchItem>
            ))}
        </Command.Group>
      ))}
      <Command.Group heading="Go to step">
        {state.stepKeys.map((key) => {
          const view = state.steps[key]!
          const manifest = state.manifests.get(view.step.type)
          return (
            <SearchItem
              key={key}
              value={`go ${displayName(view.step, manifest)} ${view.path}`}
              onSelect={choose(() => {
                actions.select([key])
                editor.canvas.reveal(key)
                editor.canvas.focusStep(key)
              })}
            >
              <span className="icon-tile" data-category={manifest?.category}>
                <Icon name={manifest?.icon ?? 'circle-help'} className="size-3.5" />
              </span>
              <span className="min-w-0 flex-1 truncate">{displayName(view.step, manifest)}</span>
              <code className="text-xs text-text-quiet">{view.path}</code>
            </SearchItem>
          )
        })}
      </Command.Group>
      {state.readOnly ? null : (
        <Command.Group heading="Add step">
          {[...state.manifests.values()]
            .filter((manifest) => offeredIn(state, manifest.type, null))
            .map((manifest) => (
              <SearchItem
                key={manifest.type}
                value={`add ${manifest.title} ${manifest.type}`}
                keywords={manifest.keywords}
                onSelect={choose(() => {
                  const key = actions.addStep({ type: manifest.type })
                  editor.canvas.reveal(key)
                  editor.canvas.focusStep(key)
                })}
              >
                <span className="icon-tile" data-category={manifest.category}>
                  <Icon name={manifest.icon} className="size-3.5" />
                </span>
                <span className="flex-1">{manifest.title}</span>
              </SearchItem>
            ))}
        </Command.Group>
      )}
    </SearchDialog>
  )
}
