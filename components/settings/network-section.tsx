'use client'
import { Switch } from '#components/ui/switch.tsx'
import { Section } from './section.tsx'
import { useWorkspace } from './use-workspace.ts'

/** What HTTP steps may reach. */
export function NetworkSection() {
  const { workspace, update } = useWorkspace()
  return (
    <Section id="network" title="Network">
      <div className="flex items-start justify-between gap-6">
        <div>
          <label htmlFor="private-network" className="text-sm font-medium">
            Let steps reach this machine and private networks
          </label>
          <p id="private-network-help" className="text-sm text-text-quiet">
            Off, an HTTP request to localhost, a private address or a cloud's metadata service is refused. Turn it on
            when your pipelines call services of your own.
          </p>
        </div>
        <Switch
          id="private-network"
          aria-describedby="private-network-help"
          checked={workspace?.settings.allowPrivateNetwork ?? false}
          disabled={!workspace}
          onCheckedChange={(allowPrivateNetwork) => update({ settings: { allowPrivateNetwork } })}
        />
      </div>
    </Section>
  )
}
