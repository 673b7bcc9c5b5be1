// The picture of a flow as SVG: columns from left to right, each block with its exits on its right side as the console
// shows them, errors dashed, what nothing leads to grey and by itself underneath.
import type { Flow } from '../flow/flow.ts'
import { type Item, type Layers, layerStacks } from './graph-layers.ts'
import { type FlowGraph, flowGraph, type GraphBlock, type GraphExit } from './graph-model.ts'
import {
  blockHeight,
  blockOffset,
  columnLeft,
  type DetailLines,
  entryOffset,
  exitOffset,
  measure,
  type Places,
  placeItems,
} from './graph-places.ts'
import { shownExits, stackBlocks, wayDown } from './graph-stacks.ts'
import { graphStyle } from './graph-style.ts'
import { escapeXml, fitText, textWidth, wrapText } from './svg-text.ts'

const margin = 40
const titleHeight = 56
const groupGap = 60
const detailLines = 2
const longestTooltip = 600
const { blockWidth, headerHeight, lineHeight, exitHeight, padding, columnGap, stackGap } = measure

interface Placed {
  layers: Layers
  places: Places
  top: number
}

export function drawFlow(flow: Flow): string {
  const graph = flowGraph(flow)
  const details: Details = new Map([...graph.blocks.values()].map((block) => [block, wrapDetail(block)]))
  const lines: DetailLines = (block) => details.get(block)?.length ?? 0
  const place = (reachable: boolean, top: number): Placed => {
    const blocks = new Map([...graph.blocks].filter(([, block]) => block.reachable === reachable))
    const layers = layerStacks(stackBlocks(blocks, graph.blocks.values()), [graph.start])
    return { layers, places: placeItems(layers, lines), top }
  }
  const main = place(true, margin + titleHeight)
  const below = main.top + main.places.heightPx + groupGap
  const hasLost = [...graph.blocks.values()].some(({ reachable }) => !reachable)
  const groups = hasLost ? [main, place(false, below)] : [main]

  const last = groups.at(-1) ?? main
  const width = Math.max(480, ...groups.map(({ places }) => places.widthPx)) + 2 * margin
  const height = last.top + last.places.heightPx + margin
  const size = `${round(width)} ${round(height)}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size}" width="${round(width)}" height="${round(height)}" role="img">`,
    `<title>${escapeXml(graph.name)}</title>`,
    graphStyle,
    `<rect class="paper" width="100%" height="100%"/>`,
    ...drawTitle(graph),
    ...(hasLost ? [text(margin, below - 20, 'Nothing leads here:', 'note')] : []),
    ...groups.flatMap((group) => drawLinks(group, lines)),
    ...drawWaysUp(groups, lines),
    ...groups.flatMap((group) => drawStacks(group, details, flow)),
    '</svg>',
    '',
  ].join('\n')
}

function drawTitle(graph: FlowGraph): string[] {
  const count = graph.blocks.size
  return [
    text(margin, margin + 12, graph.name, 'title'),
    text(margin, margin + 32, `${graph.type}, ${count} block${count === 1 ? '' : 's'}`, 'note'),
  ]
}

type Details = ReadonlyMap<GraphBlock, readonly string[]>

function drawStacks({ layers, places, top }: Placed, details: Details, flow: Flow): string[] {
  const lines: DetailLines = (block) => details.get(block)?.length ?? 0
  return layers.columns.flat().flatMap((item) => {
    const { stack } = item
    if (!stack) return []
    const x = margin + columnLeft(item.column)
    const stackTop = top + (places.tops.get(item) ?? 0)
    return stack.blocks.flatMap((block, index) => {
      const y = stackTop + blockOffset(stack, index, lines)
      const height = blockHeight(stack, index, lines)
      const down =
        index < stack.blocks.length - 1 ? drawWayDown(wayDown(stack, index), x, y + height, isLost(item)) : []
      return [...drawBlock(block, { x, y, height }, shownExits(stack, index), details.get(block) ?? [], flow), ...down]
    })
  })
}

function drawWayDown(label: string, x: number, y: number, lost: boolean): string[] {
  const middle = x + blockWidth / 2
  const arrow = path(`M${round(middle)} ${round(y)}v${stackGap - 1}`, { error: false, lost, arrow: true })
  const fitted = fitText(label, blockWidth / 2 - 8, 11)
  return label === '' ? [arrow] : [arrow, text(middle + 8, y + stackGap / 2 + 3, fitted, `exit${lost ? ' lost' : ''}`)]
}

function drawBlock(
  block: GraphBlock,
  { x, y, height }: { x: number; y: number; height: number },
  exits: readonly GraphExit[],
  detail: readonly string[],
  flow: Flow,
): string[] {
  const room = blockWidth - 2 * padding
  const kind = block.id === flow.startAction ? ' start' : block.terminal ? ' terminal' : ''
  const firstExit = y + headerHeight + (detail.length === 0 ? 0 : detail.length * lineHeight + padding)
  const corner = 7
  const header = [
    `M${round(x)} ${round(y + headerHeight)}v${corner - headerHeight}a${corner} ${corner} 0 0 1 ${corner} -${corner}`,
    `h${blockWidth - 2 * corner}a${corner} ${corner} 0 0 1 ${corner} ${corner}v${headerHeight - corner}z`,
  ].join('')
  return [
    `<g class="block${kind}${block.reachable ? '' : ' lost'}">`,
    `<title>${escapeXml(tooltip(block, flow))}</title>`,
    `<rect class="box" x="${round(x)}" y="${round(y)}" width="${blockWidth}" height="${round(height)}" rx="${corner}"/>`,
    `<path class="header" d="${header}"/>`,
    text(x + padding, y + 18, fitText(block.title, room, 13.5), 'name'),
    text(x + padding, y + 34, fitText(block.type, room, 11), 'type'),
    ...detail.map((line, index) => text(x + padding, y + headerHeight + 15 + index * lineHeight, line, 'detail')),
    ...exits.flatMap((exit, row) => {
      const at = firstExit + (row + 0.5) * exitHeight
      const look = exit.to === undefined ? ' unconnected' : exit.error ? ' error' : ''
      const note = exit.to === undefined ? ': not connected' : ''
      const label = fitText(exit.label, room - 8 - textWidth(note, 11), 11) + note
      return [
        text(x + blockWidth - padding - 4, at + 4, label, `exit${look}`, 'end'),
        `<circle class="port${look}" cx="${round(x + blockWidth)}" cy="${round(at)}" r="3.5"/>`,
      ]
    }),
    '</g>',
  ]
}

function drawLinks({ layers, places, top }: Placed, lines: DetailLines): string[] {
  const yOf = (item: Item) => top + (places.tops.get(item) ?? 0)
  const startOf = (item: Item, exit: number | undefined): Point => {
    const offset = item.stack && exit !== undefined ? exitOffset(item.stack, exit, lines) : entryOffset(item)
    return [margin + columnLeft(item.column) + blockWidth, yOf(item) + offset]
  }
  const entryOf = (item: Item): Point => [margin + columnLeft(item.column), yOf(item) + entryOffset(item)]
  const drawn: string[] = []
  for (const { from, exit, to, error } of layers.links) {
    const lost = isLost(from) || isLost(to)
    drawn.push(path(curve(startOf(from, exit), entryOf(to)), { error, lost, arrow: to.stack !== undefined }))
  }
  // A lane runs straight through its column.
  const errorLanes = new Set(layers.links.filter(({ error }) => error).map(({ to }) => to))
  for (const item of layers.items.values()) {
    if (item.stack) continue
    const [x, y] = entryOf(item)
    const error = errorLanes.has(item)
    drawn.push(path(`M${round(x)} ${round(y)}h${blockWidth}`, { error, lost: false, arrow: false }))
  }
  for (const way of layers.back) {
    const route = around(startOf(way.from, way.exit), entryOf(way.to), top + (places.backLanes.get(way) ?? 0))
    drawn.push(path(route, { error: way.error, lost: isLost(way.from), arrow: true, back: true }))
  }
  return drawn
}

/** From blocks that nothing leads to, to blocks that run: to their stack, wherever in it they are. */
function drawWaysUp([main, lost]: readonly Placed[], lines: DetailLines): string[] {
  if (!main || !lost) return []
  const drawn: string[] = []
  for (const item of lost.layers.items.values())
    for (const [index, { to, exit }] of (item.stack?.exits ?? []).entries()) {
      if (!item.stack || to !== undefined || exit.to === undefined) continue
      const id = exit.to
      const target = [...main.layers.items.values()].find(({ stack }) => stack?.blocks.some((block) => block.id === id))
      if (!target?.stack) continue
      const below = target.stack.blocks.findIndex((block) => block.id === id)
      const start: Point = [
        margin + columnLeft(item.column) + blockWidth,
        lost.top + (lost.places.tops.get(item) ?? 0) + exitOffset(item.stack, index, lines),
      ]
      const end: Point = [
        margin + columnLeft(target.column),
        main.top + (main.places.tops.get(target) ?? 0) + blockOffset(target.stack, below, lines) + entryOffset(target),
      ]
      drawn.push(path(curve(start, end), { error: exit.error, lost: true, arrow: true }))
    }
  return drawn
}

function isLost(item: Item): boolean {
  return item.stack?.blocks[0]?.reachable === false
}

type Point = [number, number]

function curve([x1, y1]: Point, [x2, y2]: Point): string {
  const bend = Math.max(30, Math.min(columnGap, Math.abs(x2 - x1) / 2))
  return `M${round(x1)} ${round(y1)}C${round(x1 + bend)} ${round(y1)} ${round(x2 - bend)} ${round(y2)} ${round(x2)} ${round(y2)}`
}

/** Out to the right, down to the lane, back under the blocks, and up to the left side of the target. */
function around([x1, y1]: Point, [x2, y2]: Point, lane: number): string {
  const right = x1 + columnGap / 3
  const leftEdge = x2 - columnGap / 3
  const corner = 8
  return [
    `M${round(x1)} ${round(y1)}`,
    `H${round(right - corner)}q${corner} 0 ${corner} ${corner}`,
    `V${round(lane - corner)}q0 ${corner} ${-corner} ${corner}`,
    `H${round(leftEdge + corner)}q${-corner} 0 ${-corner} ${-corner}`,
    `V${round(y2 + corner)}q0 ${-corner} ${corner} ${-corner}`,
    `H${round(x2)}`,
  ].join('')
}

interface Look {
  error: boolean
  lost: boolean
  arrow: boolean
  back?: boolean
}

function path(d: string, { error, lost, arrow, back }: Look): string {
  const kinds = ['link', ...(error ? ['error'] : []), ...(back ? ['back'] : []), ...(lost ? ['lost'] : [])]
  const marker = arrow ? ` marker-end="url(#${lost ? 'arrow-lost' : error ? 'arrow-error' : 'arrow'})"` : ''
  return `<path class="${kinds.join(' ')}" d="${d}"${marker}/>`
}

function text(x: number, y: number, content: string, kind: string, anchor?: 'end'): string {
  const end = anchor ? ' text-anchor="end"' : ''
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}"${end}>${escapeXml(content)}</text>`
}

function wrapDetail(block: GraphBlock): string[] {
  return wrapText(block.detail, blockWidth - 2 * padding, 11.5, detailLines)
}

function tooltip({ id }: GraphBlock, flow: Flow): string {
  const action = flow.actions.get(id)
  const parameters = JSON.stringify(action?.Parameters ?? {}, null, 1)
  const shown = parameters.length > longestTooltip ? `${parameters.slice(0, longestTooltip)}…` : parameters
  return `${id} (${action?.Type ?? ''})\n${shown}`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
