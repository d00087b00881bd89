'use client'
import {
  apiClient,
  type ApiInputs,
  type ApiOutputs,
  errorInfoOf,
  errorMessageOf,
  useApi,
} from '#components/api/api.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { Select } from '#components/ui/select.tsx'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { PlugZap } from 'lucide-react'
import { useState } from 'react'

type Connection = ApiOutputs['settings']['connections']['list'][number]
export type Provider = Connection['provider']

export const providerTitles: Record<Provider, string> = {
  openai: 'OpenAI',
  anthropic: 'Anthropic',
  google: 'Google',
  'openai-compatible': 'OpenAI-compatible server',
}

const keyPlaces: Partial<Record<Provider, string>> = {
  openai: 'platform.openai.com, under API keys',
  anthropic: 'console.anthropic.com, under API keys',
  google: 'aistudio.google.com, under API keys',
}

/** Adds a connection or changes one; an untouched key field keeps the stored key. */
export function ConnectionDialog({
  editing,
  onClose,
}: {
  editing: Connection | { provider: Provider }
  onClose(): void
}) {
  const api = useApi()
  const queryClient = useQueryClient()
  const stored = 'name' in editing ? editing : null
  const [provider, setProvider] = useState<Provider>(editing.provider)
  const [name, setName] = useState(stored?.name ?? '')
  const [baseUrl, setBaseUrl] = useState(stored?.baseUrl ?? '')
  const [secret, setSecret] = useState('')
  const compatible = provider === 'openai-compatible'

  const connection = (): ApiInputs['settings']['connections']['save'] => ({
    name: name.trim() || (compatible ? 'local' : provider),
    provider,
    baseUrl: baseUrl.trim() || null,
    ...(stored?.defaultModel ? { defaultModel: stored.defaultModel } : {}),
    ...(secret.trim() ? { secret: secret.trim() } : {}),
  })
  const save = useMutation({
    mutationFn: () => apiClient.settings.connections.save.mutate(connection()),
    onSuccess: async () => {
      await queryClient.invalidateQueries(api.settings.pathFilter())
      onClose()
    },
  })
  const test = useMutation({
    mutationFn: () => apiClient.settings.connections.test.mutate({ connection: connection() }),
  })
  const problem = save.error ?? test.error
  const field = errorInfoOf(problem)?.field
  const missingKey = !compatible && !stored?.hasSecret && secret.trim() === ''
  const missingAddress = compatible && baseUrl.trim() === ''
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={stored ? `Change ${stored.name}` : 'Add a connection'}
      footer={
        <>
          <Button
            className="mr-auto"
            disabled={missingKey || missingAddress}
            loading={test.isPending}
            onClick={() => test.mutate()}
          >
            {test.isPending ? null : <PlugZap />} Test
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            type="submit"
            form="connection"
            disabled={missingKey || missingAddress}
            loading={save.isPending}
          >
            Save
          </Button>
        </>
      }
    >
      <form
        id="connection"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <Field label="Provider">
          {(ids) => (
            <Select
              {...ids}
              value={provider}
              disabled={stored !== null}
              onValueChange={(value) => setProvider(value as Provider)}
              options={Object.entries(providerTitles).map(([value, title]) => ({ value, title }))}
            />
          )}
        </Field>
        {stored === null ? (
          <Field
            label="Name"
            description="Models are called by it, as in name/model."
            error={field === 'name' ? errorMessageOf(problem) : null}
          >
            {(ids) => (
              <Input
                {...ids}
                value={name}
                placeholder={compatible ? 'local' : provider}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
        ) : null}
        <Field
          label={compatible ? 'Key (if the server wants one)' : 'Key'}
          required={!compatible}
          description={
            stored?.hasSecret
              ? 'Leave it empty to keep the stored key.'
              : keyPlaces[provider]
                ? `You get one at ${keyPlaces[provider]}.`
                : null
          }
          error={field === 'secret' ? errorMessageOf(problem) : null}
        >
          {(ids) => (
            <Input
              {...ids}
              type="password"
              autoComplete="off"
              spellCheck={false}
              value={secret}
              placeholder={stored?.hint ? `••••••••${stored.hint}` : ''}
              onChange={(event) => setSecret(event.target.value)}
            />
          )}
        </Field>
        <Field
          label="Address"
          required={compatible}
          description={
            compatible
              ? 'Ollama, vLLM, llama.cpp, LM Studio, or any server with the same API.'
              : 'Only for a proxy or gateway; empty for the provider itself.'
          }
          error={field === 'baseUrl' ? errorMessageOf(problem) : null}
        >
          {(ids) => (
            <Input
              {...ids}
              inputMode="url"
              value={baseUrl}
              placeholder={compatible ? 'http://localhost:8000/v1' : ''}
              onChange={(event) => setBaseUrl(event.target.value)}
            />
          )}
        </Field>
        <div role="status" className="min-h-5 text-sm">
          {test.data ? (
            <span className={test.data.ok ? 'text-succeeded' : 'text-failed'}>{test.data.message}</span>
          ) : null}
          {problem && !field ? <span className="text-failed">{errorMessageOf(problem)}</span> : null}
        </div>
      </form>
    </Dialog>
  )
}
