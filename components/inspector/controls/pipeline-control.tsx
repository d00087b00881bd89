'use client'
import { useApi } from '#components/api/api.tsx'
import { useEditor } from '#components/editor/editor.ts'
import { Button } from '#components/ui/button.tsx'
import { Select } from '#components/ui/select.tsx'
import { useQuery } from '@tanstack/react-query'
import { ArrowUpRight } from 'lucide-react'
import Link from 'next/link'
import type { ControlProps } from '../control-props.ts'

/** Another pipeline of the workspace, chosen by its name and opened with one click. */
export function PipelineControl({ ids, value, onChange, readOnly }: ControlProps) {
  const api = useApi()
  const own = useEditor((state) => state.pipelineId)
  const list = useQuery(api.pipelines.list.queryOptions({ limit: 200 }))
  const pipelines = list.data?.items ?? []
  const chosen = typeof value === 'string' ? value : ''
  const known = pipelines.some((pipeline) => pipeline.id === chosen)
  const options = [
    // A file beside the caller (`./clean.yaml`), or one that is gone: what is stored stays visible.
    ...(chosen !== '' && !known && !list.isPending ? [{ value: chosen, title: chosen }] : []),
    ...pipelines.map(({ id, name }) => ({ value: id, title: id === own ? `${name} (this one)` : name })),
  ]
  return (
    <div className="flex gap-2">
      <Select
        {...ids}
        value={chosen}
        onValueChange={onChange}
        options={options}
        placeholder={list.isPending ? 'Loading …' : 'Choose a pipeline'}
        disabled={readOnly}
        className="min-w-0 flex-1"
      />
      {known ? (
        <Button asChild>
          <Link href={`/p/${chosen}`}>
            <ArrowUpRight /> Open
          </Link>
        </Button>
      ) : null}
    </div>
  )
}
