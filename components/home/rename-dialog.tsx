'use client'
import { apiClient, errorMessageOf, useApi } from '#components/api/api.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

/** Asks for another name; Enter saves. */
export function RenameDialog({ pipeline, onClose }: { pipeline: { id: string; name: string }; onClose(): void }) {
  const api = useApi()
  const queryClient = useQueryClient()
  const [name, setName] = useState(pipeline.name)
  const rename = useMutation({
    mutationFn: () => apiClient.pipelines.rename.mutate({ id: pipeline.id, name: name.trim() }),
    onSuccess: async () => {
      await queryClient.invalidateQueries(api.pipelines.list.pathFilter())
      onClose()
    },
  })
  const empty = name.trim() === ''
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Rename pipeline"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" form="rename" type="submit" disabled={empty} loading={rename.isPending}>
            Rename
          </Button>
        </>
      }
    >
      <form
        id="rename"
        onSubmit={(event) => {
          event.preventDefault()
          if (!empty) rename.mutate()
        }}
      >
        <Field
          label="Name"
          error={rename.error ? errorMessageOf(rename.error) : empty ? 'A pipeline needs a name' : null}
        >
          {(ids) => (
            <Input
              {...ids}
              value={name}
              onChange={(event) => setName(event.target.value)}
              onFocus={(event) => event.target.select()}
              autoFocus
              maxLength={200}
            />
          )}
        </Field>
      </form>
    </Dialog>
  )
}
