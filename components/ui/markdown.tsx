import { Fragment, type ReactNode } from 'react'

type Block =
  | { kind: 'heading' | 'paragraph'; text: string }
  | { kind: 'list'; ordered: boolean; items: string[] }
  | { kind: 'code'; text: string }

const fence = /^\s*```/
const bullet = /^\s*(?:[-*+]|(\d+)[.)])\s+/

/** The part of Markdown that short texts for people use; everything else stays the text it is. */
function blocksOf(text: string): Block[] {
  const blocks: Block[] = []
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]!
    const last = blocks.at(-1)
    if (fence.test(line)) {
      const code: string[] = []
      for (at += 1; at < lines.length && !fence.test(lines[at]!); at += 1) code.push(lines[at]!)
      blocks.push({ kind: 'code', text: code.join('\n') })
    } else if (line.trim() === '') {
      // An empty line ends a paragraph or list: the next one begins anew.
      if (last && 'text' in last && last.text !== '') blocks.push({ kind: 'paragraph', text: '' })
    } else if (/^#{1,6}\s/.test(line)) {
      blocks.push({ kind: 'heading', text: line.replace(/^#+\s+/, '') })
      blocks.push({ kind: 'paragraph', text: '' })
    } else if (bullet.test(line)) {
      const item = line.replace(bullet, '')
      const ordered = bullet.exec(line)![1] !== undefined
      if (last?.kind === 'list' && last.ordered === ordered) last.items.push(item)
      else blocks.push({ kind: 'list', ordered, items: [item] })
    } else if (last?.kind === 'paragraph') last.text = last.text === '' ? line : `${last.text}\n${line}`
    else blocks.push({ kind: 'paragraph', text: line })
  }
  return blocks.filter((block) => !('text' in block) || block.text !== '')
}

const inline =
  /\*\*(.+?)\*\*|__(.+?)__|\*(.+?)\*|`([^`]+)`|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>]+[^\s<>.,;:!?)])/g

function inlineOf(text: string): ReactNode[] {
  const parts: ReactNode[] = []
  let from = 0
  for (const match of text.matchAll(inline)) {
    const [whole, bold, strong, italic, code, label, address, bare] = match
    parts.push(text.slice(from, match.index))
    from = match.index + whole.length
    const href = address ?? bare
    parts.push(
      href === undefined ? (
        code === undefined ? (
          italic === undefined ? (
            <strong key={match.index}>{bold ?? strong}</strong>
          ) : (
            <em key={match.index}>{italic}</em>
          )
        ) : (
          <code key={match.index} className="rounded-[4px] bg-surface-strong px-1 py-px text-[0.9em]">
            {code}
          </code>
        )
      ) : (
        <a
          key={match.index}
          href={href}
          target="_blank"
          rel="noreferrer noopener"
          className="break-words text-accent-text underline underline-offset-2"
        >
          {label ?? href}
        </a>
      ),
    )
  }
  parts.push(text.slice(from))
  return parts
}

/** Emphasis, code and links of a line. */
export const InlineMarkdown = ({ text }: { text: string }): ReactNode => inlineOf(text)

/** Paragraphs, lists, emphasis, code and links of a text for people. Never HTML. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className="space-y-2.5 break-words">
      {blocksOf(text).map((block, index) => (
        // A text is drawn whole: its blocks have no identity beyond their place.
        // oxlint-disable-next-line react/no-array-index-key
        <Fragment key={index}>{blockOf(block)}</Fragment>
      ))}
    </div>
  )
}

function blockOf(block: Block): ReactNode {
  if (block.kind === 'code') {
    return <pre className="overflow-x-auto rounded-sm border bg-surface-quiet px-3 py-2 text-xs">{block.text}</pre>
  }
  if (block.kind === 'heading') return <p className="font-semibold">{inlineOf(block.text)}</p>
  if (block.kind === 'list') {
    const List = block.ordered ? 'ol' : 'ul'
    return (
      <List className={`space-y-1 pl-5 ${block.ordered ? 'list-decimal' : 'list-disc'}`}>
        {block.items.map((item, index) => (
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index}>{inlineOf(item)}</li>
        ))}
      </List>
    )
  }
  return <p className="whitespace-pre-line">{inlineOf(block.text)}</p>
}
