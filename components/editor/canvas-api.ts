/** What the mounted canvas can do for commands. Positions are canvas pixels at the top level. */
export interface CanvasApi {
  /** Size of a card as drawn. */
  measure(key: string): { width: number; height: number } | undefined
  /** The middle of what is in view. */
  viewCenter(): { x: number; y: number }
  /** Shows everything. */
  fit(): void
  zoomIn(): void
  zoomOut(): void
  zoomTo(level: number): void
  /** Pans so that a step is in view and nothing covers it. */
  reveal(key: string): void
  /** Puts the keyboard focus on a card. */
  focusStep(key: string): void
}

/** While no canvas is mounted. */
export const emptyCanvasApi: CanvasApi = {
  measure: () => undefined,
  viewCenter: () => ({ x: 0, y: 0 }),
  fit: () => undefined,
  zoomIn: () => undefined,
  zoomOut: () => undefined,
  zoomTo: () => undefined,
  reveal: () => undefined,
  focusStep: () => undefined,
}
