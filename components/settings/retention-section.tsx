'use client'
import { apiClient, errorMessageOf, useApi } from '#components/api/api.tsx'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { formatBytes, formatDuration, formatNumber } from '#components/ui/format.ts'
import { Input } from '#components/ui/input.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { toast } from '#components/ui/toast.tsx'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Section } from './section.tsx'
import { useWorkspace } from './use-workspace.ts'

/** How long runs and their large values are kept, what that comes to, and a way to clean up now. */
export function RetentionSection() {
  const api = useApi()
  const queryClient = useQueryClient()
  const { workspace, update } = useWorkspace()
  const report = useQuery(api.settings.retention.queryOptions())
  const sweep = useMutation({
    mutationFn: () => apiClient.settings.sweep.mutate(),
    onSuccess: ({ runs, values, bytes, durationMs }) =>
      toast.success(
        runs + values === 0
          ? 'There was nothing to delete'
          : `Deleted ${counted(runs, 'run')} and ${counted(values, 'value')}, ${formatBytes(bytes)}`,
        { description: `It took ${formatDuration(durationMs)}.` },
      ),
    onError: (error) => void toast.error(errorMessageOf(error)),
    onSettled: () => queryClient.invalidateQueries(api.settings.retention.pathFilter()),
  })
  const rules = workspace?.settings.retention ?? { runDays: null, valueDays: null }
  const change = (next: Partial<typeof rules>) => update({ settings: { retention: { ...rules, ...next } } })
  const last = report.data?.lastSweep
  return (
    <Section
      id="retention"
      title="Keeping runs"
      description="Finished runs stay for as long as you say here. Runs that are kept for good, and what they use, stay in any case."
    >
      <div className="flex flex-wrap gap-x-8 gap-y-4">
        <Days
          label="Delete runs after"
          value={rules.runDays}
          disabled={!workspace}
          onChange={(runDays) => change({ runDays })}
        />
        <Days
          label="Delete their large values after"
          value={rules.valueDays}
          disabled={!workspace}
          onChange={(valueDays) => change({ valueDays })}
        />
      </div>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm text-text-quiet">
        <p className="min-w-0 flex-1 tabular">
          {report.data
            ? `${counted(report.data.runs, 'run')}${report.data.keptRuns > 0 ? `, ${formatNumber(report.data.keptRuns)} of them kept for good` : ''}. `
            : null}
          {last ? (
            last.error ? (
              <span className="text-failed">The last clean-up failed: {last.error}</span>
            ) : (
              <>
                Last cleaned up <RelativeTime value={last.at} />
                {last.runs + last.values > 0
                  ? `: ${counted(last.runs, 'run')} and ${formatBytes(last.bytes)} deleted.`
                  : ', nothing to delete.'}
              </>
            )
          ) : null}
        </p>
        <Button loading={sweep.isPending} onClick={() => sweep.mutate()}>
          Clean up now
        </Button>
      </div>
    </Section>
  )
}

const counted = (count: number, noun: string): string => `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`

/** A number of days; empty for never. */
function Days({
  label,
  value,
  disabled,
  onChange,
}: {
  label: string
  value: number | null
  disabled: boolean
  onChange(days: number | null): void
}) {
  const [typed, setTyped] = useState<string | null>(null)
  const text = typed ?? (value === null ? '' : String(value))
  const days = text.trim() === '' ? null : Number(text)
  const valid = days === null || (Number.isInteger(days) && days >= 1 && days <= 36_500)
  return (
    <Field label={label} error={valid ? null : 'A whole number of days from 1 on, or nothing'}>
      {(ids) => (
        <span className="flex items-center gap-2 text-sm text-text-quiet">
          <Input
            {...ids}
            inputMode="numeric"
            value={text}
            placeholder="Never"
            disabled={disabled}
            className="w-24 tabular"
            onChange={(event) => setTyped(event.target.value)}
            onBlur={() => {
              if (typed !== null && valid && days !== value) onChange(days)
              if (valid) setTyped(null)
            }}
            onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
          />
          {days === null ? '' : days === 1 ? 'day' : 'days'}
        </span>
      )}
    </Field>
  )
}
