import { z } from 'zod'

/** Plain settings of a workspace; unknown keys of older or newer releases are kept. */
export const workspaceSettingsSchema = z.looseObject({
  /** Model used by steps that name none, `provider/model`; null asks for the first that is available. */
  defaultModel: z.string().nullable().default(null),
  /** Whether steps may reach addresses of private networks and this machine. */
  allowPrivateNetwork: z.boolean().default(false),
  /** Private hosts that steps may reach all the same: `localhost:11434`, `*.lan`, `10.0.0.0/8`. */
  networkAllow: z.array(z.string().trim().min(1).max(200)).max(100).default([]),
  /** Whether to look for model servers on this machine's usual ports. */
  discoverLocalServers: z.boolean().default(true),
})

export type WorkspaceSettings = z.infer<typeof workspaceSettingsSchema>

/** The workspace as its settings page shows it. */
export interface WorkspaceRecord {
  id: string
  name: string
  settings: WorkspaceSettings
}
