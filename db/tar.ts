import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const blockSize = 512
const roundedUp = (size: number) => Math.ceil(size / blockSize) * blockSize

function header(name: string, size: number, isFolder: boolean): Buffer {
  const block = Buffer.alloc(blockSize)
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`
  block.write(name, 0, 100)
  block.write(octal(isFolder ? 0o700 : 0o600, 8), 100)
  block.write(octal(0, 8), 108)
  block.write(octal(0, 8), 116)
  block.write(octal(size, 12), 124)
  block.write(octal(0, 12), 136)
  block.write('        ', 148)
  block.write(isFolder ? '5' : '0', 156)
  block.write('ustar\x0000', 257)
  let sum = 0
  for (const byte of block) sum += byte
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** A folder as a tar (ustar): plain files and folders with names under 100 bytes; throws on longer ones. */
export function packTar(folder: string): Buffer {
  const parts: Buffer[] = []
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries.toSorted((a, b) => (join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1))) {
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(folder.length + 1).replaceAll('\\', '/')
    if (Buffer.byteLength(name) > 99) throw new Error(`name too long for a tar: ${name}`)
    if (entry.isDirectory()) parts.push(header(`${name}/`, 0, true))
    if (!entry.isFile()) continue
    const content = readFileSync(path)
    parts.push(header(name, content.length, false), content, Buffer.alloc(roundedUp(content.length) - content.length))
  }
  return Buffer.concat([...parts, Buffer.alloc(2 * blockSize)])
}

/** Writes the files of a tar of `packTar` into a new folder. */
export function unpackTar(tar: Buffer, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const text = (from: number, length: number) => tar.toString('utf8', from, from + length).split('\0')[0]!
  for (let offset = 0; tar[offset];) {
    const name = text(offset, 100)
    const size = Number.parseInt(text(offset + 124, 12), 8)
    const path = join(folder, name)
    if (name.endsWith('/')) mkdirSync(path, { recursive: true, mode: 0o700 })
    else {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      writeFileSync(path, tar.subarray(offset + blockSize, offset + blockSize + size), { mode: 0o600 })
    }
    offset += blockSize + roundedUp(size)
  }
}
