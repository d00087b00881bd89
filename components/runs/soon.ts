/** Runs `work` before the next frame; at once where there are no frames (tests, hidden tabs get a timer). */
export const soon = (work: () => void): void => {
  if (typeof requestAnimationFrame === 'undefined' || document.hidden) setTimeout(work, 16)
  else requestAnimationFrame(work)
}
