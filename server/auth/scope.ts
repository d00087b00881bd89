/** Who asks, and for which workspace. Every service takes one as its first argument, and reads only that workspace. */
export interface Scope {
  workspaceId: string
  memberId: string
  role: 'owner' | 'editor' | 'viewer'
}

/** The one workspace and owner of an installation without accounts. */
export const localScope: Scope = { workspaceId: 'local', memberId: 'owner', role: 'owner' }
