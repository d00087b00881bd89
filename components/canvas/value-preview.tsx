import { fileUrl } from '#components/api/api.tsx'
import { memo } from 'react'
import { formatNumber, type Lengths, previewOf } from './preview-of.ts'

/** An output in at most 96 pixels of height. */
export const ValuePreview = memo(function ValuePreview({ value, lengths }: { value: unknown; lengths?: Lengths }) {
  const preview = previewOf(value, lengths)
  switch (preview.kind) {
    case 'text':
      return (
        <div>
          {preview.note ? <p className="text-2xs text-text-faint">{preview.note}</p> : null}
          <p className="max-h-16 overflow-hidden whitespace-pre-wrap break-words text-xs leading-4 [mask-image:linear-gradient(black_60%,transparent)]">
            {preview.text}
          </p>
        </div>
      )
    case 'number':
      return (
        <p className="truncate text-xl font-semibold tabular">
          {typeof preview.value === 'number' ? formatNumber(preview.value) : preview.value ? 'True' : 'False'}
        </p>
      )
    case 'table':
      return (
        <div>
          <table className="w-full table-fixed border-collapse text-2xs leading-4">
            <thead>
              <tr>
                {preview.columns.map((column) => (
                  <th key={column} className="truncate pb-0.5 pr-2 text-left font-medium text-text-faint">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {preview.rows.map((row, index) => (
                // Rows of a preview have no identity of their own.
                // oxlint-disable-next-line react/no-array-index-key
                <tr key={index} className="border-t">
                  {row.map((cell, column) => (
                    // oxlint-disable-next-line react/no-array-index-key
                    <td key={column} className="truncate py-px pr-2 tabular">
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          {preview.total > preview.rows.length ? <Total count={preview.total} unit="rows" /> : null}
        </div>
      )
    case 'list':
      return (
        <div>
          <ul className="text-xs leading-4">
            {preview.items.map((item, index) => (
              // oxlint-disable-next-line react/no-array-index-key
              <li key={index} className="truncate">
                {item}
              </li>
            ))}
          </ul>
          {preview.total > preview.items.length ? <Total count={preview.total} unit="items" /> : null}
        </div>
      )
    case 'fields':
      return (
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2 text-xs leading-4">
          {preview.fields.map(([name, text]) => (
            <div key={name} className="contents">
              <dt className="max-w-24 truncate text-text-faint">{name}</dt>
              <dd className="truncate tabular">{text}</dd>
            </div>
          ))}
        </dl>
      )
    case 'image':
      return (
        // Workspace files have no known size, which next/image would need.
        // oxlint-disable-next-line next/no-img-element
        <img src={fileUrl(preview.path)} alt={preview.path} className="max-h-22 w-full rounded-sm object-cover" />
      )
    case 'empty':
      return <p className="text-xs text-text-faint">{preview.text}</p>
  }
})

function Total({ count, unit }: { count: number; unit: string }) {
  return (
    <p className="pt-0.5 text-2xs text-text-faint tabular">
      {formatNumber(count)} {unit}
    </p>
  )
}
