import t from 'tap'
import { layerStacks } from '../../../daemon/author/graph-layers.ts'
import { type FlowGraph, flowGraph } from '../../../daemon/author/graph-model.ts'
import { stackBlocks } from '../../../daemon/author/graph-stacks.ts'
import { drawFlow } from '../../../daemon/author/graph-svg.ts'
import { escapeXml, fitText, textWidth, wrapText } from '../../../daemon/author/svg-text.ts'
import { type Block, bye, flowOf, say } from '../flow/flow-text.ts'

const menu: Block = {
  id: 'menu',
  type: 'GetParticipantInput',
  parameters: { Text: 'Press <1> & wait', StoreInput: 'False', InputTimeLimitSeconds: '5' },
  next: 'bye',
  conditions: { 1: 'one', 2: 'one', 'Equals 3': 'menu' },
  errors: { NoMatchingCondition: 'bye', InputTimeLimitExceeded: 'menu', NoMatchingError: 'bye' },
}
const flow = flowOf([
  say('hello', 'Hello.', 'menu'),
  menu,
  say('one', 'One.', 'two'),
  say('two', 'Two.', 'bye'),
  bye,
  say('lost', 'Lost.', 'bye'),
])

const layersOf = ({ blocks, start }: FlowGraph) => {
  const running = new Map([...blocks].filter(([, { reachable }]) => reachable))
  return layerStacks(stackBlocks(running, blocks.values()), [start])
}

t.test('branches to the same block are one exit, in words', async (t) => {
  const { blocks } = flowGraph(flow)
  t.same(blocks.get('menu')?.exits, [
    { label: '1, 2', to: 'one', error: false },
    { label: '3, Timeout', to: 'menu', error: false },
    { label: 'No match, Error', to: 'bye', error: false },
  ])
  t.match(blocks.get('bye'), { exits: [], terminal: true, reachable: true })
  t.match(blocks.get('lost'), { reachable: false })
})

t.test('a branch that leads nowhere is shown as such', async (t) => {
  const { blocks } = flowGraph(flowOf([{ ...say('a', 'A', 'bye'), errors: { NoMatchingError: '' } }, bye]))
  t.same(blocks.get('a')?.exits.at(-1), { label: 'Error', to: undefined, error: true })
  t.match(drawFlow(flowOf([{ ...say('a', 'A', 'bye'), errors: { NoMatchingError: '' } }, bye])), /Error: not connected/)
})

t.test('blocks that simply follow each other stand in one stack', async (t) => {
  const { columns } = layersOf(flowGraph(flow))
  const stacks = columns.map((items) => items.map(({ stack }) => stack?.blocks.map(({ id }) => id) ?? '(lane)'))
  t.same(stacks, [[['hello']], [['menu']], [['one', 'two'], '(lane)'], [['bye']]])
})

t.test('every link leads one column further, and ways back are told apart', async (t) => {
  const layers = layersOf(flowGraph(flow))
  t.ok(layers.links.every(({ from, to }) => to.column === from.column + 1))
  t.same(
    layers.back.map(({ from, to }) => [from.key, to.key]),
    [['menu', 'menu']],
  )
})

t.test('a circle without a start, and a flow of one block', async (t) => {
  const circle = flowOf([bye, say('a', 'A', 'b'), say('b', 'B', 'a')])
  t.equal(drawFlow(circle).match(/class="box"/g)?.length, 3)
  t.equal(drawFlow(flowOf([bye])).match(/class="box"/g)?.length, 1)
})

t.test('no two blocks overlap, and all are inside the picture', async (t) => {
  const branches = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [String(index), `block ${index}`]))
  const blocks = Object.values(branches).map((id) =>
    say(id, 'Words and more words, enough of them for a second line.', 'bye'),
  )
  const svg = drawFlow(flowOf([{ ...menu, conditions: branches }, ...blocks, bye, say('lost', 'x', 'menu')]))
  const size = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)?.slice(1).map(Number) ?? []
  const boxes = [...svg.matchAll(/class="box" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)].map(
    ([, ...numbers]) => numbers.map(Number) as [number, number, number, number],
  )
  t.equal(boxes.length, 12)
  for (const [index, [x, y, width, height]] of boxes.entries()) {
    t.ok(x >= 0 && y >= 0 && x + width <= size[0]! && y + height <= size[1]!, 'inside')
    for (const [x2, y2, width2, height2] of boxes.slice(index + 1))
      t.ok(x + width <= x2 || x2 + width2 <= x || y + height <= y2 || y2 + height2 <= y, 'apart')
  }
})

t.test('errors are dashed, what is lost is grey, the start stands out', async (t) => {
  const svg = drawFlow(
    flowOf([
      { ...say('a', 'A', 'b'), errors: { NoMatchingError: 'bye' } },
      say('b', 'B', 'bye'),
      bye,
      say('lost', 'x', 'a'),
    ]),
  )
  t.match(svg, /class="link error"/)
  t.match(svg, /class="block lost"/)
  t.match(svg, /Nothing leads here/)
  t.equal(svg.match(/class="block start/g)?.length, 1)
})

t.test('whatever a flow says stays text', async (t) => {
  const evil = '</text><script>alert(1)</script>\u0000"\'&'
  const svg = drawFlow(flowOf([say(evil.slice(0, 40), evil, 'bye'), bye], { name: evil }))
  t.notMatch(svg, '<script')
  t.notMatch(svg, '\u0000')
  t.match(svg, '&lt;script&gt;')
  t.equal(escapeXml('a\u0001b\ud800c\u{1f600}'), 'a?b?c\u{1f600}')
})

t.test('text is cut to its room', async (t) => {
  t.equal(fitText('short', 200, 12), 'short')
  const cut = fitText('a very long text that does not fit', 80, 12)
  t.match(cut, /^a ve.*…$/)
  t.ok(textWidth(cut, 12) <= 80)
  t.equal(wrapText('one two three four five six seven eight nine ten', 80, 12, 2).length, 2)
  t.same(wrapText('', 80, 12, 2), [])
  t.ok(textWidth('漢字', 12) > textWidth('il', 12))
})
