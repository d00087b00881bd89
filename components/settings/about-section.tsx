'use client'
import { useApi } from '#components/api/api.tsx'
import { useQuery } from '@tanstack/react-query'
import { Section } from './section.tsx'

/** What is installed and where its data is. */
export function AboutSection() {
  const info = useQuery(useApi().system.info.queryOptions()).data
  if (!info) return null
  const facts = [
    ['Version', info.version],
    ['Database', info.database === 'pglite' ? 'Embedded' : 'PostgreSQL'],
    ['Data directory', info.dataDirectory],
  ]
  return (
    <Section id="about" title="About this installation">
      <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-1 text-sm">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-text-quiet">{name}</dt>
            <dd className="break-all">{value}</dd>
          </div>
        ))}
      </dl>
      {info.database === 'pglite' ? (
        <p className="text-sm text-text-quiet">
          The embedded database survives a crash of this program, but it does not wait for the disk: after a power cut
          the last moments may be gone. For work that matters, set DATABASE_URL to a PostgreSQL database.
        </p>
      ) : null}
    </Section>
  )
}
