import { Callable } from './values.ts'

/** The `loop` variable of a for block; its Callables are made by the renderer. */
export class LoopState {
  index0 = 0
  readonly items: readonly unknown[]
  readonly depth0: number
  readonly cycle: Callable
  readonly changed: Callable
  /** Runs a recursive loop over other items; null when the loop is not recursive. */
  readonly recurse: Callable | null

  constructor(
    items: readonly unknown[],
    depth0: number,
    helpers: { cycle: Callable; changed: Callable; recurse: Callable | null },
  ) {
    this.items = items
    this.depth0 = depth0
    this.cycle = helpers.cycle
    this.changed = helpers.changed
    this.recurse = helpers.recurse
  }

  read(name: string): unknown {
    switch (name) {
      case 'index':
        return this.index0 + 1
      case 'index0':
        return this.index0
      case 'revindex':
        return this.items.length - this.index0
      case 'revindex0':
        return this.items.length - this.index0 - 1
      case 'first':
        return this.index0 === 0
      case 'last':
        return this.index0 === this.items.length - 1
      case 'length':
        return this.items.length
      case 'depth':
        return this.depth0 + 1
      case 'depth0':
        return this.depth0
      case 'previtem':
        return this.index0 > 0 ? this.items[this.index0 - 1] : undefined
      case 'nextitem':
        return this.items[this.index0 + 1]
      case 'cycle':
        return this.cycle
      case 'changed':
        return this.changed
      default:
        return undefined
    }
  }

  static readonly names =
    'index, index0, revindex, revindex0, first, last, length, depth, previtem, nextitem, cycle, changed'
}
