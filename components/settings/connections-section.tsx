'use client'
import { apiClient, type ApiOutputs, errorMessageOf, useApi } from '#components/api/api.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { DropdownMenu } from '#components/ui/dropdown-menu.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import { toast } from '#components/ui/toast.tsx'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Ellipsis, KeyRound, PenLine, Plus, PlugZap, Trash2 } from 'lucide-react'
import { useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { ConnectionDialog, providerTitles, type Provider } from './connection-dialog.tsx'
import { Section } from './section.tsx'

type Connection = ApiOutputs['settings']['connections']['list'][number]

/** Keys and addresses of model providers. `?connect=openai` opens the form: the link a failed step offers. */
export function ConnectionsSection() {
  const api = useApi()
  const wanted = useSearchParams().get('connect')
  const list = useQuery(api.settings.connections.list.queryOptions())
  const [editing, setEditing] = useState<Connection | { provider: Provider } | null>(() =>
    wanted && wanted in providerTitles ? { provider: wanted as Provider } : null,
  )
  const connections = list.data ?? []
  return (
    <Section
      id="connections"
      title="Connections"
      description="Keys are stored encrypted. They can be replaced or removed, but never read again."
    >
      {list.error ? <p className="text-sm text-failed">{errorMessageOf(list.error)}</p> : null}
      {connections.length > 0 ? (
        <ul className="divide-y rounded-md border bg-surface">
          {connections.map((connection) => (
            <ConnectionRow key={connection.name} connection={connection} onEdit={() => setEditing(connection)} />
          ))}
        </ul>
      ) : list.isSuccess ? (
        <p className="rounded-md border border-dashed px-4 py-6 text-center text-sm text-text-quiet">
          No connections yet. Steps that generate text need one, or a model server on this machine.
        </p>
      ) : null}
      <div>
        <Button onClick={() => setEditing({ provider: 'openai' })}>
          <Plus /> Add a connection
        </Button>
      </div>
      {editing ? <ConnectionDialog editing={editing} onClose={() => setEditing(null)} /> : null}
    </Section>
  )
}

function ConnectionRow({ connection, onEdit }: { connection: Connection; onEdit(): void }) {
  const api = useApi()
  const queryClient = useQueryClient()
  const [removing, setRemoving] = useState(false)
  const test = useMutation({
    mutationFn: () => apiClient.settings.connections.test.mutate({ name: connection.name }),
    onSuccess: (result) =>
      result.ok ? toast.success(result.message) : toast.error(result.message, { duration: 10_000 }),
    onError: (error) => toast.error(errorMessageOf(error)),
  })
  const remove = useMutation({
    mutationFn: () => apiClient.settings.connections.remove.mutate({ name: connection.name }),
    onError: (error) => toast.error(errorMessageOf(error)),
    onSettled: async () => {
      setRemoving(false)
      await queryClient.invalidateQueries(api.settings.pathFilter())
    },
  })
  const fromEnvironment = connection.source === 'environment'
  return (
    <li className="flex items-center gap-3 px-4 py-2.5">
      <KeyRound className="size-4 shrink-0 text-text-faint" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm font-medium">
          {connection.name} <span className="font-normal text-text-quiet">{providerTitles[connection.provider]}</span>
        </p>
        <p className="truncate text-xs text-text-quiet">
          {[
            connection.hasSecret ? (connection.hint ? `Key ends in ${connection.hint}` : 'Key stored') : 'No key',
            connection.baseUrl,
            fromEnvironment ? 'from an environment variable' : null,
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      </div>
      <Button size="sm" loading={test.isPending} onClick={() => test.mutate()}>
        {test.isPending ? null : <PlugZap />} Test
      </Button>
      {fromEnvironment ? null : (
        <DropdownMenu
          trigger={
            <IconButton label={`More for ${connection.name}`} size="sm">
              <Ellipsis />
            </IconButton>
          }
          groups={[
            [
              { id: 'edit', title: 'Change', icon: <PenLine />, run: onEdit },
              { id: 'remove', title: 'Remove', icon: <Trash2 />, danger: true, run: () => setRemoving(true) },
            ],
          ]}
        />
      )}
      <Dialog
        open={removing}
        onOpenChange={setRemoving}
        title={`Remove ${connection.name}?`}
        description="The key cannot be brought back. Steps that use this connection will fail until there is another."
        footer={
          <>
            <Button onClick={() => setRemoving(false)}>Cancel</Button>
            <Button variant="danger" loading={remove.isPending} onClick={() => remove.mutate()}>
              Remove
            </Button>
          </>
        }
      />
    </li>
  )
}
