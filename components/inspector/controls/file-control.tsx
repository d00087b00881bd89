'use client'
import { errorMessageOf, uploadFile, useApi } from '#components/api/api.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import { DropdownMenu } from '#components/ui/dropdown-menu.tsx'
import { toast } from '#components/ui/toast.tsx'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { FileText, FolderOpen, Upload } from 'lucide-react'
import { useRef } from 'react'
import type { ControlProps } from '../control-props.ts'
import { ExpressionField } from '../expression-field.tsx'

/** A path in the workspace's files: typed, picked, or uploaded; it may hold an expression. */
export function FileControl({ ids, schema, value, onChange, readOnly, stepKey, field }: ControlProps) {
  const api = useApi()
  const queryClient = useQueryClient()
  const picker = useRef<HTMLInputElement>(null)
  const files = useQuery(api.files.list.queryOptions({})).data ?? []
  const upload = async (file: File | undefined) => {
    if (!file) return
    try {
      onChange((await uploadFile(file.name, file)).path)
      await queryClient.invalidateQueries(api.files.list.pathFilter())
    } catch (error) {
      toast.error(errorMessageOf(error))
    }
  }
  return (
    <div className="flex items-start gap-1">
      <div className="min-w-0 flex-1">
        <ExpressionField
          ids={ids}
          label={schema.title ?? 'File'}
          kind="template"
          stepKey={stepKey}
          field={field}
          value={typeof value === 'string' ? value : ''}
          readOnly={readOnly}
          placeholder={schema.placeholder ?? 'folder/name.csv'}
          onChange={(text) => onChange(text === '' ? undefined : text)}
        />
      </div>
      <input
        ref={picker}
        type="file"
        hidden
        aria-label="File to upload"
        onChange={(event) => {
          void upload(event.target.files?.[0])
          event.target.value = ''
        }}
      />
      <DropdownMenu
        trigger={
          <IconButton label="Choose a file" variant="secondary" disabled={readOnly}>
            <FolderOpen />
          </IconButton>
        }
        groups={[
          files
            .slice(0, 12)
            .map((file) => ({ id: file.path, title: file.path, icon: <FileText />, run: () => onChange(file.path) })),
          [{ id: 'upload', title: 'Upload a file …', icon: <Upload />, run: () => picker.current?.click() }],
        ]}
      />
    </div>
  )
}
