// Blocks that simply follow each other stand in one stack, top to bottom: the picture stays narrow, and a chain reads
// like a list. A block joins the stack above when that is the only way to it, and the only way on from there but errors.
import type { GraphBlock, GraphExit } from './graph-model.ts'

const mostBlocks = 6

/** An exit that leaves the stack, on the right side of its block. */
export interface StackExit {
  /** Index of the block in the stack. */
  block: number
  /** Index among the exits that the block shows. */
  row: number
  exit: GraphExit
  /** Key of the stack it leads to; undefined: not connected, or into another part of the picture. */
  to: string | undefined
}

export interface Stack {
  /** Identifier of its first block, the only one that links lead to. */
  key: string
  blocks: GraphBlock[]
  exits: StackExit[]
}

/** The exits a block shows: all but the one to the block under it. */
export function shownExits({ blocks }: Stack, index: number): GraphExit[] {
  const below = blocks[index + 1]
  return (blocks[index]?.exits ?? []).filter(({ to }) => below === undefined || to !== below.id)
}

/** Text of the way from a block to the one under it; empty when it is the plain next one. */
export function wayDown({ blocks }: Stack, index: number): string {
  const exit = blocks[index]?.exits.find(({ to }) => to === blocks[index + 1]?.id)
  return exit === undefined || exit.label === 'Next' ? '' : exit.label
}

export function stackBlocks(
  blocks: ReadonlyMap<string, GraphBlock>,
  allBlocks: Iterable<GraphBlock>,
): Map<string, Stack> {
  const entries = new Map<string, number>()
  for (const { exits } of allBlocks)
    for (const { to } of exits) if (to !== undefined) entries.set(to, (entries.get(to) ?? 0) + 1)

  const follower = (block: GraphBlock): GraphBlock | undefined => {
    const ways = block.exits.filter(({ error }) => !error)
    const [way] = ways.length > 0 ? ways : block.exits
    if (ways.length > 1 || way?.to === undefined || (ways.length === 0 && block.exits.length > 1)) return undefined
    const next = blocks.get(way.to)
    return next && next !== block && entries.get(next.id) === 1 ? next : undefined
  }
  const isFollower = new Set<GraphBlock>()
  for (const block of blocks.values()) {
    const next = follower(block)
    if (next) isFollower.add(next)
  }

  const stacks = new Map<string, Stack>()
  const keyOf = new Map<string, string>()
  const stackFrom = (head: GraphBlock) => {
    let stack: Stack | undefined
    for (let block: GraphBlock | undefined = head; block && !keyOf.has(block.id); block = follower(block)) {
      if (!stack || stack.blocks.length === mostBlocks) {
        stack = { key: block.id, blocks: [], exits: [] }
        stacks.set(stack.key, stack)
      }
      stack.blocks.push(block)
      keyOf.set(block.id, stack.key)
    }
  }
  for (const block of blocks.values()) if (!isFollower.has(block)) stackFrom(block)
  // Circles in which each block follows another have no head.
  for (const block of blocks.values()) stackFrom(block)

  for (const stack of stacks.values())
    stack.exits = stack.blocks.flatMap((_, index) =>
      shownExits(stack, index).map((exit, row) => ({
        block: index,
        row,
        exit,
        to: exit.to === undefined ? undefined : keyOf.get(exit.to),
      })),
    )
  return stacks
}
