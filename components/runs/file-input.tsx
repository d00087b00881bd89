'use client'
import { errorMessageOf, uploadFile, useApi } from '#components/api/api.tsx'
import { Button } from '#components/ui/button.tsx'
import { classNames } from '#components/ui/class-names.ts'
import { Select } from '#components/ui/select.tsx'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Upload } from 'lucide-react'
import { useRef, useState } from 'react'

export interface FileInputProps {
  id: string
  value: string
  onChange(path: string): void
  'aria-describedby'?: string
  'aria-invalid'?: true
}

/** Picks a file of the workspace or uploads one (dropping it works too); the value is its path. */
export function FileInput({ value, onChange, ...ids }: FileInputProps) {
  const api = useApi()
  const queryClient = useQueryClient()
  const picker = useRef<HTMLInputElement>(null)
  const [progress, setProgress] = useState<number | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [over, setOver] = useState(false)
  const files = useQuery(api.files.list.queryOptions({})).data ?? []

  const upload = async (file: File | undefined) => {
    if (!file) return
    setFailure(null)
    setProgress(0)
    try {
      const record = await uploadFile(file.name, file, { onProgress: setProgress })
      onChange(record.path)
      await queryClient.invalidateQueries(api.files.list.pathFilter())
    } catch (error) {
      setFailure(errorMessageOf(error))
    }
    setProgress(null)
  }
  const options = [
    ...(value && !files.some((file) => file.path === value) ? [{ value, title: value }] : []),
    ...files.map((file) => ({ value: file.path, title: file.path })),
  ]
  return (
    <div
      className={classNames('rounded-sm', over && 'outline-2 outline-dashed outline-accent')}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        void upload(event.dataTransfer.files[0])
      }}
    >
      <div className="flex gap-2">
        <Select
          {...ids}
          value={value}
          onValueChange={onChange}
          options={options}
          placeholder="Choose a file"
          className="min-w-0 flex-1"
        />
        <input
          ref={picker}
          type="file"
          hidden
          aria-label="File to upload"
          onChange={(event) => void upload(event.target.files?.[0])}
        />
        <Button onClick={() => picker.current?.click()} disabled={progress !== null}>
          <Upload /> {progress === null ? 'Upload' : `${Math.round(progress * 100)} %`}
        </Button>
      </div>
      {failure ? (
        <p role="alert" className="mt-1 text-xs text-failed">
          {failure}
        </p>
      ) : null}
    </div>
  )
}
