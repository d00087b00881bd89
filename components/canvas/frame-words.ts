import type { ContainerKind } from '#pipeline/manifest.ts'

/** What an empty frame asks for. */
export const emptyFrameWords: Readonly<Record<ContainerKind, string>> = {
  map: 'Add the first step for each item',
  loop: 'Add the first step of a turn',
  body: 'Add the first step to try',
  catch: 'Add what happens when a step fails',
  finally: 'Add what happens in any case at the end',
  call: 'Choose a pipeline to call',
}

/** What one pass of the body is called. */
export const passWord = (kind: ContainerKind | undefined): string => (kind === 'loop' ? 'Turn' : 'Item')
