'use client'
import { AboutSection } from './about-section.tsx'
import { ConnectionsSection } from './connections-section.tsx'
import { FilesSection } from './files-section.tsx'
import { ModelsSection } from './models-section.tsx'
import { NetworkSection } from './network-section.tsx'
import { RetentionSection } from './retention-section.tsx'
import { WorkspaceSection } from './workspace-section.tsx'

/** One column, plain words; every secret can be written and never read. */
export function Settings() {
  return (
    <div className="mx-auto max-w-2xl">
      <h1 className="mb-6 text-xl font-semibold">Settings</h1>
      <WorkspaceSection />
      <ConnectionsSection />
      <ModelsSection />
      <NetworkSection />
      <RetentionSection />
      <FilesSection />
      <AboutSection />
    </div>
  )
}
