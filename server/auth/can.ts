import type { Scope } from './scope.ts'

/** Everything a role can be asked about. */
export const actions = ['read', 'edit', 'run', 'administer'] as const
export type Action = (typeof actions)[number]

const allowed: Record<Scope['role'], readonly Action[]> = {
  owner: ['read', 'edit', 'run', 'administer'],
  editor: ['read', 'edit', 'run'],
  viewer: ['read'],
}

/** Whether the asker's role allows the action in the scope's workspace. */
export const can = (scope: Scope, action: Action): boolean => allowed[scope.role].includes(action)
