'use client'
import { useApi } from '#components/api/api.tsx'
import { Select } from '#components/ui/select.tsx'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { ControlProps } from '../control-props.ts'

const fallback = '(default)'

/** A model of a connection or a local server; the workspace's default when nothing is chosen. */
export function ModelControl({ ids, value, onChange, readOnly }: ControlProps) {
  const models = useQuery(useApi().settings.models.list.queryOptions({}))
  const chosen = typeof value === 'string' ? value : null
  const list = models.data ?? []
  const standard = list.find((model) => model.default)
  const options = [
    { value: fallback, title: standard ? `Workspace default (${standard.name})` : 'Workspace default' },
    ...list.map((model) => ({
      value: model.name,
      title: model.name,
      description: model.local ? 'On this machine' : undefined,
    })),
    ...(chosen && !list.some((model) => model.name === chosen)
      ? [{ value: chosen, title: `${chosen} (not available now)` }]
      : []),
  ]
  return (
    <>
      <Select
        {...ids}
        value={chosen ?? fallback}
        disabled={readOnly}
        onValueChange={(next) => onChange(next === fallback ? undefined : next)}
        options={options}
      />
      {models.isSuccess && list.length === 0 ? (
        <p className="text-xs text-text-quiet">
          No model yet.{' '}
          <Link href="/settings?connect=openai" className="text-accent-text underline">
            Add a key
          </Link>{' '}
          or start a model server on this machine.
        </p>
      ) : null}
    </>
  )
}
