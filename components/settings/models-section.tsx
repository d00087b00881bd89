'use client'
import { apiClient, errorMessageOf, useApi } from '#components/api/api.tsx'
import { Badge } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { formatNumber } from '#components/ui/format.ts'
import { Select } from '#components/ui/select.tsx'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { Section } from './section.tsx'
import { useWorkspace } from './use-workspace.ts'

const automatic = '(first available)'

/** Which model steps use when they name none, and what is to be had. */
export function ModelsSection() {
  const api = useApi()
  const queryClient = useQueryClient()
  const { workspace, update } = useWorkspace()
  const list = useQuery(api.settings.models.list.queryOptions({}))
  const refresh = useMutation({
    mutationFn: () => apiClient.settings.models.list.query({ refresh: true }),
    onSuccess: (models) => queryClient.setQueryData(api.settings.models.list.queryKey({}), models),
  })
  const models = list.data ?? []
  const chosen = workspace?.settings.defaultModel
  const options = [
    { value: automatic, title: 'The first that is available' },
    ...models.map((model) => ({ value: model.name, title: model.name })),
    ...(chosen && !models.some((model) => model.name === chosen)
      ? [{ value: chosen, title: `${chosen} (not available now)` }]
      : []),
  ]
  return (
    <Section
      id="models"
      title="Models"
      description="Sentiment, classification, search, entities and text recognition run on models that come with Orchestrator: no key, no network."
    >
      <Field
        label="Model for steps that name none"
        error={refresh.error ? errorMessageOf(refresh.error) : list.error ? errorMessageOf(list.error) : null}
        action={
          <Button size="sm" variant="ghost" loading={refresh.isPending} onClick={() => refresh.mutate()}>
            {refresh.isPending ? null : <RefreshCw />} Look again
          </Button>
        }
      >
        {(ids) => (
          <Select
            {...ids}
            value={chosen ?? automatic}
            disabled={!workspace}
            onValueChange={(value) => update({ settings: { defaultModel: value === automatic ? null : value } })}
            options={options}
          />
        )}
      </Field>
      {list.isSuccess && models.length === 0 ? (
        <p className="rounded-sm bg-surface-quiet px-3 py-2 text-sm text-text-quiet">
          No generating model yet. Add a connection above, or start Ollama, LM Studio, vLLM or llama.cpp on this
          machine: they are found by themselves on their usual ports.
        </p>
      ) : null}
      {models.length > 0 ? (
        <div
          className="max-h-72 overflow-y-auto rounded-md border"
          tabIndex={0}
          role="region"
          aria-label="Available models"
        >
          <table className="w-full text-sm">
            <thead className="sticky top-0 bg-surface">
              <tr className="text-left text-xs text-text-quiet [&_th]:border-b [&_th]:px-3 [&_th]:py-1.5 [&_th]:font-medium">
                <th scope="col">Model</th>
                <th scope="col" className="text-right">
                  Context
                </th>
                <th scope="col" className="text-right">
                  Per million tokens in / out
                </th>
              </tr>
            </thead>
            <tbody>
              {models.map((model) => (
                <tr key={model.name} className="border-b last:border-0 [&_td]:px-3 [&_td]:py-1">
                  <td className="break-all">
                    {model.name} {model.default ? <Badge tone="accent">Default</Badge> : null}
                  </td>
                  <td className="text-right text-text-quiet tabular">
                    {model.contextWindow ? formatNumber(model.contextWindow) : '–'}
                  </td>
                  <td className="text-right text-text-quiet tabular">
                    {model.local
                      ? 'Free'
                      : model.price
                        ? `$${model.price.inputPerMillion} / $${model.price.outputPerMillion}`
                        : 'Not known'}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </Section>
  )
}
