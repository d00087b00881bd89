import type { Step } from '#pipeline/document.ts'
import type { StepManifest } from '#pipeline/manifest.ts'

const reservedIds = new Set(
  'inputs run item index state error loop and or not in is if else elif endif for endfor set true false none null self super'.split(
    ' ',
  ),
)

/** The id a new step of this type would get if it were free: `http.request` gives `request`. */
export function baseIdOf(type: string): string {
  const last = type
    .split('.')
    .at(-1)!
    .replaceAll(/[^A-Za-z0-9_]/g, '_')
  return /^[A-Za-z_]/.test(last) && !reservedIds.has(last) ? last : `${last}_step`
}

/** An id that nobody has yet: the wanted one, or with the next free number behind it. */
export function uniqueId(wanted: string, taken: ReadonlySet<string>): string {
  const free = (id: string): boolean => !taken.has(id) && !reservedIds.has(id)
  if (free(wanted)) return wanted
  const stem = wanted.replace(/_\d+$/, '')
  for (let number = 2; ; number++) if (free(`${stem}_${number}`)) return `${stem}_${number}`
}

/** What people see: the step's name, else its type's title while the id is the given one, else the id in words. */
export function displayName(step: Pick<Step, 'id' | 'name' | 'type'>, manifest: StepManifest | undefined): string {
  if (step.name) return step.name
  const match = /^(.*?)(?:_(\d+))?$/.exec(step.id)!
  if (manifest && match[1] === baseIdOf(step.type)) return match[2] ? `${manifest.title} ${match[2]}` : manifest.title
  const words = step.id.replaceAll('_', ' ').trim()
  return words === '' ? step.id : words[0]!.toUpperCase() + words.slice(1)
}
