'use client'
import { useItemChoice } from '#components/editor/editor.ts'
import { formatNumber } from '#components/ui/format.ts'
import { IconButton } from '#components/ui/icon-button.tsx'
import { Popover } from '#components/ui/popover.tsx'
import { Button } from '#components/ui/button.tsx'
import { Input } from '#components/ui/input.tsx'
import type { ContainerKind } from '#pipeline/manifest.ts'
import { ChevronLeft, ChevronRight, ChevronsUpDown } from 'lucide-react'
import { useState } from 'react'
import { passWord } from './frame-words.ts'

/** Which item (turn) of a container the cards in it show: all together, or one after the other. */
export function ItemPicker({ path, kind }: { path: string; kind: ContainerKind | undefined }) {
  const choice = useItemChoice(path)
  const [open, setOpen] = useState(false)
  if (!choice) return null
  const { count, chosen, choose } = choice
  const word = passWord(kind)
  const plural = word === 'Turn' ? 'turns' : 'items'
  const go = (index: number) => choose(Math.min(Math.max(index, 0), count - 1))
  return (
    <span className="nodrag nopan -my-0.5 flex shrink-0 items-center" data-item-picker>
      {chosen === null ? null : (
        <IconButton
          label={`${word} before`}
          size="sm"
          className="size-5"
          disabled={chosen <= 0}
          onClick={() => go(chosen - 1)}
        >
          <ChevronLeft />
        </IconButton>
      )}
      <Popover
        open={open}
        onOpenChange={setOpen}
        className="w-56"
        trigger={
          <Button
            size="sm"
            variant="ghost"
            className="h-5 gap-0.5 px-1 text-2xs tabular"
            aria-label={`Which ${word.toLowerCase()} is shown`}
          >
            {chosen === null ? `All ${plural}` : `${word} ${formatNumber(chosen)}`}
            <ChevronsUpDown className="size-3!" aria-hidden />
          </Button>
        }
      >
        <form
          className="flex flex-col gap-2"
          onSubmit={(event) => {
            event.preventDefault()
            const typed = new FormData(event.currentTarget).get('index')
            const index = Number(typed)
            if (typed !== '' && Number.isInteger(index)) go(index)
            setOpen(false)
          }}
        >
          <label className="text-xs text-text-quiet">
            {word} to show, 0 to {formatNumber(count - 1)}
            <Input
              name="index"
              inputMode="numeric"
              defaultValue={chosen ?? ''}
              autoFocus
              className="mt-1 tabular"
              data-shortcuts="off"
            />
          </label>
          <div className="flex justify-end gap-2">
            <Button
              size="sm"
              onClick={() => {
                choose(null)
                setOpen(false)
              }}
            >
              All {plural}
            </Button>
            <Button size="sm" variant="primary" type="submit">
              Show
            </Button>
          </div>
        </form>
      </Popover>
      {chosen === null ? null : (
        <IconButton
          label={`${word} after`}
          size="sm"
          className="size-5"
          disabled={chosen >= count - 1}
          onClick={() => go(chosen + 1)}
        >
          <ChevronRight />
        </IconButton>
      )}
    </span>
  )
}
