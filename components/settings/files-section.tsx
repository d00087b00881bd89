'use client'
import { apiClient, errorMessageOf, fileUrl, uploadFile, useApi } from '#components/api/api.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { formatBytes } from '#components/ui/format.ts'
import { IconButton } from '#components/ui/icon-button.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { toast } from '#components/ui/toast.tsx'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Download, FileText, Trash2, Upload } from 'lucide-react'
import { useRef, useState } from 'react'
import { Section } from './section.tsx'

/** The workspace's files: what steps read and write. */
export function FilesSection() {
  const api = useApi()
  const queryClient = useQueryClient()
  const picker = useRef<HTMLInputElement>(null)
  const [progress, setProgress] = useState<{ name: string; fraction: number } | null>(null)
  const [deleting, setDeleting] = useState<string | null>(null)
  const list = useQuery(api.files.list.queryOptions({}))
  const refresh = () => queryClient.invalidateQueries(api.files.list.pathFilter())
  const remove = useMutation({
    mutationFn: (path: string) => apiClient.files.delete.mutate({ path }),
    onError: (error) => toast.error(errorMessageOf(error)),
    onSettled: async () => {
      setDeleting(null)
      await refresh()
    },
  })
  const upload = async (chosen: File[]) => {
    for (const file of chosen) {
      try {
        setProgress({ name: file.name, fraction: 0 })
        await uploadFile(file.name, file, { onProgress: (fraction) => setProgress({ name: file.name, fraction }) })
      } catch (error) {
        toast.error(errorMessageOf(error))
      }
    }
    setProgress(null)
    await refresh()
  }
  const files = list.data ?? []
  return (
    <Section id="files" title="Files" description="What steps read and write. Pipelines name them by their path.">
      {list.error ? <p className="text-sm text-failed">{errorMessageOf(list.error)}</p> : null}
      {files.length > 0 ? (
        <ul className="max-h-96 divide-y overflow-y-auto rounded-md border bg-surface">
          {files.map((file) => (
            <li key={file.path} className="flex items-center gap-3 px-4 py-1.5 text-sm">
              <FileText className="size-4 shrink-0 text-text-faint" aria-hidden />
              <span className="min-w-0 flex-1 truncate" title={file.path}>
                {file.path}
              </span>
              <span className="hidden text-xs text-text-quiet sm:inline">
                <RelativeTime value={file.updatedAt} />
              </span>
              <span className="w-16 text-right text-xs text-text-quiet tabular">{formatBytes(file.size)}</span>
              <Button asChild size="sm" variant="ghost" className="px-1.5">
                <a href={fileUrl(file.path, { download: true })} download aria-label={`Download ${file.path}`}>
                  <Download />
                </a>
              </Button>
              <IconButton label={`Delete ${file.path}`} size="sm" onClick={() => setDeleting(file.path)}>
                <Trash2 />
              </IconButton>
            </li>
          ))}
        </ul>
      ) : list.isSuccess ? (
        <p className="rounded-md border border-dashed px-4 py-6 text-center text-sm text-text-quiet">No files yet.</p>
      ) : null}
      <div className="flex items-center gap-3">
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          aria-label="Files to upload"
          onChange={(event) => {
            const chosen = [...(event.target.files ?? [])]
            event.target.value = ''
            void upload(chosen)
          }}
        />
        <Button onClick={() => picker.current?.click()} disabled={progress !== null}>
          <Upload /> Upload files
        </Button>
        {progress ? (
          <span role="status" className="text-sm text-text-quiet tabular">
            {progress.name}: {Math.round(progress.fraction * 100)} %
          </span>
        ) : null}
      </div>
      <Dialog
        open={deleting !== null}
        onOpenChange={(open) => !open && setDeleting(null)}
        title="Delete this file?"
        description={`${deleting} is removed for good. Pipelines that read it will fail.`}
        footer={
          <>
            <Button onClick={() => setDeleting(null)}>Cancel</Button>
            <Button variant="danger" loading={remove.isPending} onClick={() => deleting && remove.mutate(deleting)}>
              Delete
            </Button>
          </>
        }
      />
    </Section>
  )
}
