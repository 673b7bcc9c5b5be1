// Columns of the picture: each stack of blocks as far from the start as its longest way there; ways back are told apart
// first, and long ways get a place in every column they cross, shared by all that lead to the same stack.
//
//   stacks ─▶ ways back ─▶ columns ─▶ lanes through the columns between ─▶ order in each column, by few crossings
import type { Stack } from './graph-stacks.ts'

/** Something that takes up room in a column: a stack, or a lane that passes through. */
export interface Item {
  key: string
  column: number
  stack?: Stack
}

/** From an item to one of the next column. `exit`: index of the stack's exit; undefined when it comes from a lane. */
export interface Link {
  from: Item
  exit: number | undefined
  to: Item
  error: boolean
}

export interface WayBack {
  from: Item
  exit: number
  to: Item
  error: boolean
}

export interface Layers {
  /** In order, top to bottom. */
  columns: Item[][]
  items: Map<string, Item>
  links: Link[]
  back: WayBack[]
}

const orderSweeps = 12

/** `roots` are the keys the ways begin at; stacks that no way from them leads to come after. */
export function layerStacks(stacks: ReadonlyMap<string, Stack>, roots: readonly string[]): Layers {
  const back = waysBack(stacks, roots)
  const column = columnsOf(stacks, back)
  const items = new Map<string, Item>()
  for (const [key, stack] of stacks) items.set(key, { key, column: column.get(key) ?? 0, stack })
  const layers: Layers = { columns: [], items, links: [], back: [] }
  for (const stack of stacks.values())
    for (const [index, { to, exit }] of stack.exits.entries()) {
      const from = items.get(stack.key)
      const target = to === undefined ? undefined : items.get(to)
      if (!from || !target) continue
      if (back.has(link(stack.key, target.key))) layers.back.push({ from, exit: index, to: target, error: exit.error })
      else connect(layers, from, index, target, exit.error)
    }
  for (const item of items.values()) {
    layers.columns[item.column] ??= []
    layers.columns[item.column]?.push(item)
  }
  layers.columns = Array.from(layers.columns, (items) => items ?? [])
  order(layers)
  return layers
}

function link(from: string, to: string): string {
  return JSON.stringify([from, to])
}

/** Links that close a circle, found depth first. */
function waysBack(stacks: ReadonlyMap<string, Stack>, roots: readonly string[]): Set<string> {
  const back = new Set<string>()
  const state = new Map<string, 'open' | 'done'>()
  for (const root of [...roots, ...stacks.keys()]) {
    if (state.has(root) || !stacks.has(root)) continue
    state.set(root, 'open')
    const trail = [{ key: root, next: 0 }]
    for (let top = trail.at(-1); top; top = trail.at(-1)) {
      const exit = stacks.get(top.key)?.exits[top.next++]
      if (!exit) {
        state.set(top.key, 'done')
        trail.pop()
      } else if (exit.to !== undefined && stacks.has(exit.to)) {
        const seen = state.get(exit.to)
        if (seen === 'open') back.add(link(top.key, exit.to))
        if (seen !== undefined) continue
        state.set(exit.to, 'open')
        trail.push({ key: exit.to, next: 0 })
      }
    }
  }
  return back
}

/** Longest way from a stack that nothing leads to. */
function columnsOf(stacks: ReadonlyMap<string, Stack>, back: ReadonlySet<string>): Map<string, number> {
  const forward = (key: string) =>
    (stacks.get(key)?.exits ?? []).flatMap(({ to }) =>
      to !== undefined && stacks.has(to) && !back.has(link(key, to)) ? [to] : [],
    )
  const waiting = new Map<string, number>()
  for (const key of stacks.keys()) for (const to of forward(key)) waiting.set(to, (waiting.get(to) ?? 0) + 1)
  const column = new Map<string, number>()
  const ready = [...stacks.keys()].filter((key) => !waiting.has(key))
  for (let key = ready.shift(); key !== undefined; key = ready.shift()) {
    const here = column.get(key) ?? 0
    column.set(key, here)
    for (const to of forward(key)) {
      column.set(to, Math.max(column.get(to) ?? 0, here + 1))
      const left = (waiting.get(to) ?? 0) - 1
      waiting.set(to, left)
      if (left === 0) ready.push(to)
    }
  }
  return column
}

function connect({ items, links }: Layers, from: Item, exit: number, target: Item, error: boolean): void {
  let at = from
  let atExit: number | undefined = exit
  for (let column = from.column + 1; column < target.column; column++) {
    const key = `${error ? 'error' : 'way'} to ${target.key} in ${column}`
    const known = items.get(key)
    const lane = known ?? { key, column }
    items.set(key, lane)
    links.push({ from: at, exit: atExit, to: lane, error })
    // From here on, the lane goes where it goes already.
    if (known) return
    at = lane
    atExit = undefined
  }
  links.push({ from: at, exit: atExit, to: target, error })
}

/** Each item where its neighbours are, column by column, to the right and back. */
function order({ columns, links }: Layers): void {
  const before = Map.groupBy(links, ({ to }) => to)
  const after = Map.groupBy(links, ({ from }) => from)
  const position = new Map<Item, number>()
  const number = (items: readonly Item[]) => {
    for (const [index, item] of items.entries()) position.set(item, index)
  }
  columns.forEach(number)
  const mean = (values: number[], otherwise: number) =>
    values.length === 0 ? otherwise : values.reduce((sum, value) => sum + value, 0) / values.length
  const sort = (items: Item[], near: (item: Item) => number[]) => {
    const keys = new Map(items.map((item) => [item, mean(near(item), position.get(item) ?? 0)]))
    items.sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0))
    number(items)
  }
  for (let sweep = 0; sweep < orderSweeps; sweep++) {
    for (const items of columns)
      sort(items, (item) =>
        (before.get(item) ?? []).map(({ from, exit }) => (position.get(from) ?? 0) + (exit ?? 0) / 10),
      )
    if (sweep === orderSweeps - 1) break
    for (const items of [...columns].reverse())
      sort(items, (item) => (after.get(item) ?? []).map(({ to }) => position.get(to) ?? 0))
  }
}
