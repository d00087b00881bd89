import { uploadFile } from '#components/api/api.tsx'
import type { Editor } from '#components/editor/editor.ts'
import { toast } from '#components/ui/toast.tsx'
import type { XYPosition } from '@xyflow/react'
import type { DragEvent } from 'react'
import { stepTypeMime } from './palette.tsx'
import { pasteText } from './use-clipboard.ts'

/** The step that reads a file of this name. */
export function stepForFile(name: string): { type: string; field: string } {
  if (/\.(?:csv|tsv)$/i.test(name)) return { type: 'data.csv', field: 'file' }
  if (/\.json$/i.test(name)) return { type: 'data.json', field: 'file' }
  if (/\.(?:pdf|html?)$/i.test(name)) return { type: 'text.extract', field: 'file' }
  if (/\.(?:png|jpe?g|webp|bmp|tiff?)$/i.test(name)) return { type: 'ai.ocr', field: 'file' }
  return { type: 'file.read', field: 'path' }
}

const isYaml = (name: string): boolean => /\.ya?ml$/i.test(name)

export interface DropPlace {
  position: XYPosition
  parentKey: string | null
}

/** Takes what is dropped on the canvas: a step type of the palette, files, or text. */
export function takeDrop(editor: Editor, event: DragEvent, place: DropPlace): void {
  const type = event.dataTransfer.getData(stepTypeMime)
  const files = [...event.dataTransfer.files]
  const text = event.dataTransfer.getData('text/plain')
  if (type) {
    const { x, y } = place.position
    const key = editor.actions.addStep({ type, position: { x: x - 120, y: y - 18 }, parentKey: place.parentKey })
    requestAnimationFrame(() => editor.canvas.focusStep(key))
  } else if (files.length > 0) {
    for (const [index, file] of files.entries()) {
      void addFile(editor, file, { ...place, position: { x: place.position.x, y: place.position.y + index * 128 } })
    }
  } else if (text.trim() !== '') pasteText(editor, text.trim())
}

async function addFile(editor: Editor, file: File, place: DropPlace): Promise<void> {
  if (isYaml(file.name)) return pasteText(editor, await file.text())
  const { type, field } = stepForFile(file.name)
  const known = editor.store.getState().manifests.has(type)
  const upload = uploadFile(file.name, file)
  toast.promise(upload, {
    loading: `Uploading ${file.name}…`,
    success: `${file.name} is in the workspace`,
    error: (error: unknown) => (error instanceof Error ? error.message : `${file.name} could not be uploaded`),
  })
  const { path } = await upload
  if (!known) return
  editor.actions.addStep({
    type,
    id: idOf(file.name),
    name: file.name,
    with: { [field]: path },
    position: { x: place.position.x - 120, y: place.position.y - 18 },
    parentKey: place.parentKey,
  })
}

const idOf = (name: string): string => {
  const stem = name
    .replace(/\.[^.]*$/, '')
    .replaceAll(/[^A-Za-z0-9_]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toLowerCase()
  return /^[a-z_]/.test(stem) ? stem : `file_${stem}`
}
