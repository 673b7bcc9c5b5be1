// Heights and places: blocks one under the other in their column, each as near as can be to where its links come from
// and lead to; ways back in lanes of their own, under the columns they pass.
import type { Item, Layers, WayBack } from './graph-layers.ts'
import type { GraphBlock } from './graph-model.ts'
import { type Stack, shownExits } from './graph-stacks.ts'

export const measure = {
  blockWidth: 240,
  columnGap: 80,
  blockGap: 28,
  /** Between two blocks of one stack. */
  stackGap: 26,
  laneHeight: 10,
  laneGap: 8,
  headerHeight: 42,
  lineHeight: 15,
  exitHeight: 19,
  padding: 8,
  backLaneGap: 11,
} as const

const sweeps = 10

export interface Places {
  /** Top of each item. */
  tops: Map<Item, number>
  /** Height of the lane of each way back. */
  backLanes: Map<WayBack, number>
  widthPx: number
  heightPx: number
}

/** How many lines of text a block has under its header. */
export type DetailLines = (block: GraphBlock) => number

function aboveExits(detailLines: number): number {
  const { headerHeight, lineHeight, padding } = measure
  return headerHeight + (detailLines === 0 ? 0 : detailLines * lineHeight + padding)
}

export function blockHeight(stack: Stack, index: number, lines: DetailLines): number {
  const { exitHeight, padding } = measure
  const block = stack.blocks[index]
  const exits = shownExits(stack, index).length
  return aboveExits(block ? lines(block) : 0) + (exits === 0 ? 0 : exits * exitHeight + padding / 2)
}

/** From the stack's top to that of one of its blocks; of the one behind the last: the stack's height and a gap. */
export function blockOffset(stack: Stack, index: number, lines: DetailLines): number {
  let offset = 0
  for (let above = 0; above < index; above++) offset += blockHeight(stack, above, lines) + measure.stackGap
  return offset
}

function stackHeight(stack: Stack, lines: DetailLines): number {
  return blockOffset(stack, stack.blocks.length, lines) - measure.stackGap
}

/** From the stack's top to the middle of one of its exits. */
export function exitOffset(stack: Stack, exit: number, lines: DetailLines): number {
  const { block: index = 0, row = 0 } = stack.exits[exit] ?? {}
  const block = stack.blocks[index]
  const { exitHeight } = measure
  return blockOffset(stack, index, lines) + aboveExits(block ? lines(block) : 0) + (row + 0.5) * exitHeight
}

/** From an item's top to where links come in. */
export function entryOffset(item: Item): number {
  return item.stack ? measure.headerHeight / 2 : measure.laneHeight / 2
}

export function columnLeft(column: number): number {
  return column * (measure.blockWidth + measure.columnGap)
}

export function placeItems(layers: Layers, lines: DetailLines): Places {
  const height = (item: Item) => (item.stack ? stackHeight(item.stack, lines) : measure.laneHeight)
  const start = (item: Item, exit: number | undefined) =>
    item.stack && exit !== undefined ? exitOffset(item.stack, exit, lines) : measure.laneHeight / 2
  const tops = new Map<Item, number>()
  for (const items of layers.columns) stack(items, height, () => 0, tops)

  const incoming = Map.groupBy(layers.links, ({ to }) => to)
  const outgoing = Map.groupBy(layers.links, ({ from }) => from)
  const top = (item: Item) => tops.get(item) ?? 0
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (const items of layers.columns)
      stack(
        items,
        height,
        (item) => {
          const wanted = (incoming.get(item) ?? []).map(
            ({ from, exit }) => top(from) + start(from, exit) - entryOffset(item),
          )
          return mean(wanted) ?? top(item)
        },
        tops,
      )
    for (const items of [...layers.columns].reverse())
      stack(
        items,
        height,
        (item) => {
          const wanted = (outgoing.get(item) ?? []).map(({ to, exit }) => top(to) + entryOffset(to) - start(item, exit))
          return mean(wanted) ?? top(item)
        },
        tops,
      )
  }
  const highest = Math.min(...tops.values())
  for (const [item, at] of tops) tops.set(item, at - highest)

  const backLanes = placeBackLanes(layers, (item) => top(item) + height(item))
  const bottoms = [...tops].map(([item, at]) => at + height(item))
  return {
    tops,
    backLanes,
    widthPx: columnLeft(layers.columns.length) - measure.columnGap,
    heightPx: Math.max(0, ...bottoms, ...[...backLanes.values()].map((at) => at + measure.backLaneGap)),
  }
}

/**
 * Puts the items of a column one under the other, in their order, each as near as can be to its wish. Least squares
 * under an order is found by joining neighbours that would overlap (pool adjacent violators).
 */
function stack(
  items: readonly Item[],
  height: (item: Item) => number,
  wish: (item: Item) => number,
  tops: Map<Item, number>,
): void {
  const pools: { sum: number; count: number; items: { item: Item; offset: number }[] }[] = []
  let offset = 0
  for (const item of items) {
    // Wishes counted without the room of all above: then "not overlapping" is "not less".
    pools.push({ sum: wish(item) - offset, count: 1, items: [{ item, offset }] })
    for (
      let last = pools.at(-1), previous = pools.at(-2);
      last && previous;
      last = pools.at(-1), previous = pools.at(-2)
    ) {
      if (previous.sum / previous.count <= last.sum / last.count) break
      previous.sum += last.sum
      previous.count += last.count
      previous.items.push(...last.items)
      pools.pop()
    }
    offset += height(item) + (item.stack ? measure.blockGap : measure.laneGap)
  }
  for (const pool of pools) for (const { item, offset } of pool.items) tops.set(item, pool.sum / pool.count + offset)
}

/** Lanes of ways back: those to the same block share one; one that passes fewer columns is nearer to the blocks. */
function placeBackLanes({ back, columns }: Layers, bottom: (item: Item) => number): Map<WayBack, number> {
  const lanes = new Map<WayBack, number>()
  const taken: { from: number; to: number; at: number }[] = []
  const groups = [...Map.groupBy(back, ({ to }) => to)].map(([to, ways]) => ({
    to,
    ways,
    last: Math.max(...ways.map(({ from }) => from.column)),
  }))
  groups.sort((a, b) => a.last - a.to.column - (b.last - b.to.column))
  for (const { to, ways, last } of groups) {
    const passed = columns.slice(to.column, last + 1).flat()
    let at = Math.max(...passed.map(bottom)) + measure.blockGap / 2
    for (const lane of taken.toSorted((a, b) => a.at - b.at))
      if (lane.from <= last && lane.to >= to.column && Math.abs(lane.at - at) < measure.backLaneGap)
        at = lane.at + measure.backLaneGap
    taken.push({ from: to.column, to: last, at })
    for (const way of ways) lanes.set(way, at)
  }
  return lanes
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length
}
