import { z } from 'zod'

/** What people may change; absent keys stay as they are. */
export const settingsChangeSchema = z
  .object({
    /** Model used by steps that name none, `provider/model`; null asks for the first that is available. */
    defaultModel: z.string().trim().min(1).max(200).nullable(),
    /** Whether steps may reach addresses of private networks and this machine. */
    allowPrivateNetwork: z.boolean(),
    /** Private hosts that steps may reach all the same: `localhost:11434`, `*.lan`, `10.0.0.0/8`. */
    networkAllow: z.array(z.string().trim().min(1).max(200)).max(100),
    /** Whether to look for model servers on this machine's usual ports. */
    discoverLocalServers: z.boolean(),
    /** Days after which finished runs, and the big values of finished runs, are deleted; null: never. */
    retention: z.object({
      runDays: z.int().min(1).max(36_500).nullable(),
      valueDays: z.int().min(1).max(36_500).nullable(),
    }),
  })
  .partial()

export type SettingsChange = z.infer<typeof settingsChangeSchema>

const { shape } = settingsChangeSchema.required()

/** Plain settings of a workspace as they are stored; unknown keys of older or newer releases are kept. */
export const workspaceSettingsSchema = z.looseObject({
  defaultModel: shape.defaultModel.default(null),
  allowPrivateNetwork: shape.allowPrivateNetwork.default(false),
  networkAllow: shape.networkAllow.default([]),
  discoverLocalServers: shape.discoverLocalServers.default(true),
  retention: shape.retention.default({ runDays: null, valueDays: null }),
})

export type WorkspaceSettings = z.infer<typeof workspaceSettingsSchema>

/** The workspace as its settings page shows it. */
export interface WorkspaceRecord {
  id: string
  name: string
  settings: WorkspaceSettings
}
