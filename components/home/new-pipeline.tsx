'use client'
import { apiClient, errorInfoOf, errorMessageOf } from '#components/api/api.tsx'
import { Button } from '#components/ui/button.tsx'
import { toast } from '#components/ui/toast.tsx'
import { Plus, Upload } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useCallback, useRef, useState } from 'react'

/** Makes pipelines from nothing and from YAML files; both open what they made. */
export function useNewPipeline() {
  const router = useRouter()
  const [busy, setBusy] = useState(false)

  const create = useCallback(
    async (given: { name?: string; yaml?: string }) => {
      setBusy(true)
      try {
        const made = await apiClient.pipelines.create.mutate(given)
        router.push(`/p/${made.id}`)
      } catch (error) {
        const info = errorInfoOf(error)
        const place = info?.line ? ` (line ${info.line}, column ${info.column ?? 1})` : ''
        toast.error(errorMessageOf(error) + place, { description: info?.fix, duration: 12_000 })
        setBusy(false)
      }
    },
    [router],
  )

  const importFile = useCallback(async (file: File) => create({ yaml: await file.text() }), [create])
  return { busy, create, importFile }
}

/** The two ways in, at the top right of the home page. */
export function NewPipelineButtons({ creator }: { creator: ReturnType<typeof useNewPipeline> }) {
  const picker = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={picker}
        type="file"
        accept=".yaml,.yml,.json"
        hidden
        aria-label="Pipeline file"
        onChange={(event) => {
          const file = event.target.files?.[0]
          event.target.value = ''
          if (file) void creator.importFile(file)
        }}
      />
      <Button onClick={() => picker.current?.click()} disabled={creator.busy}>
        <Upload /> <span className="hidden sm:inline">Import</span>
        <span className="sr-only sm:hidden">Import</span>
      </Button>
      <Button variant="primary" loading={creator.busy} onClick={() => void creator.create({})}>
        {creator.busy ? null : <Plus />} New pipeline
      </Button>
    </>
  )
}
