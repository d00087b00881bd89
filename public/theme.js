// Runs before the first paint, so that the page never flashes in the wrong theme.
;(function () {
  var choice = null
  try {
    choice = localStorage.getItem('orchestrator.theme')
  } catch {
    // Storage may be blocked; the system's preference serves.
  }
  var dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
})()
