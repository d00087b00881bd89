'use client'
import { displayName, selectedStepKey, useEditor, useEditorApi } from '#components/editor/editor.ts'
import { Icon } from '#components/ui/icon.tsx'
import { toast } from '#components/ui/toast.tsx'
import { outputPortsOf } from '#pipeline/ports.ts'
import { Command } from 'cmdk'
import { SearchDialog, SearchItem } from './search-dialog.tsx'

/** Draws and removes edges of the selected step without a pointer: one entry per output and step that can take it. */
export function ConnectDialog() {
  const open = useEditor((state) => state.dialog === 'connect')
  const key = useEditor(selectedStepKey)
  return open && key !== null ? <OpenDialog from={key} /> : null
}

function OpenDialog({ from }: { from: string }) {
  const { actions, store } = useEditorApi()
  const state = store.getState()
  const view = state.steps[from]!
  const ports = outputPortsOf(state.manifests.get(view.step.type), view.step)
  const close = (): void => actions.openDialog(null)
  const present = Object.values(state.edges).filter((edge) => edge.from === from || edge.to === from)
  return (
    <SearchDialog title="Connect or disconnect" placeholder="Connect to which step?" onClose={close}>
      {ports.map((port) => (
        <Command.Group key={port.name} heading={ports.length > 1 ? `From ${port.title ?? port.name}` : 'Connect to'}>
          {state.stepKeys
            .filter((to) => actions.connectionProblem({ from, port: port.name, to }) === null)
            .map((to) => {
              const { step, path } = state.steps[to]!
              const manifest = state.manifests.get(step.type)
              return (
                <SearchItem
                  key={to}
                  value={`${port.name} ${displayName(step, manifest)} ${path}`}
                  onSelect={() => {
                    close()
                    const result = actions.connect({ from, port: port.name, to })
                    if (!result.ok) toast.error(result.reason)
                  }}
                >
                  <StepEntry stepKey={to} />
                </SearchItem>
              )
            })}
        </Command.Group>
      ))}
      {present.length > 0 ? (
        <Command.Group heading="Disconnect">
          {present.map((edge) => {
            const other = edge.from === from ? edge.to : edge.from
            const { step, path } = state.steps[other]!
            const name = displayName(step, state.manifests.get(step.type))
            return (
              <SearchItem
                key={edge.key}
                value={`disconnect ${edge.key} ${name} ${path}`}
                onSelect={() => {
                  close()
                  actions.disconnect([edge.key])
                }}
              >
                <StepEntry stepKey={other} />
                <span className="text-xs text-text-quiet">
                  {edge.from === from ? 'after' : 'before'}
                  {edge.port === 'out' ? '' : `, ${edge.port}`}
                </span>
              </SearchItem>
            )
          })}
        </Command.Group>
      ) : null}
    </SearchDialog>
  )
}

function StepEntry({ stepKey }: { stepKey: string }) {
  const { steps, manifests } = useEditorApi().store.getState()
  const { step } = steps[stepKey]!
  const manifest = manifests.get(step.type)
  return (
    <>
      <span className="icon-tile" data-category={manifest?.category}>
        <Icon name={manifest?.icon ?? 'circle-help'} className="size-3.5" />
      </span>
      <span className="min-w-0 flex-1 truncate">{displayName(step, manifest)}</span>
    </>
  )
}
