/** Pixels that floating panels cover at each side of the canvas. */
export interface CanvasInsets {
  top: number
  right: number
  bottom: number
  left: number
}
