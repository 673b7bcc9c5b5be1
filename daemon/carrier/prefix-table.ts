// What holds for the longest prefix of a number: a trie over its digits, made once and asked at every call. Its nodes lie
// in one array of integers, so that a table of ten thousand prefixes is found through without making anything.

export interface PrefixRow<Value> {
  /** Beginning of an E.164 number, with or without its plus sign. */
  prefix: string
  value: Value
}

export interface PrefixMatch<Value> {
  prefix: string
  value: Value
}

const fanOut = 10
const noRow = -1

export class PrefixTable<Value> {
  readonly #rows: readonly PrefixRow<Value>[]
  /** Ten children for each node; 0 is none, since nothing leads back to the root. */
  readonly #children: Int32Array
  /** By node: the row that ends there. */
  readonly #rowAt: Int32Array

  /** Of two rows with one prefix the last one holds. */
  constructor(rows: readonly PrefixRow<Value>[]) {
    this.#rows = rows
    const most = 1 + rows.reduce((sum, { prefix }) => sum + prefix.length, 0)
    this.#children = new Int32Array(most * fanOut)
    this.#rowAt = new Int32Array(most).fill(noRow)
    let nodes = 1
    for (const [index, { prefix }] of rows.entries()) {
      let node = 0
      for (const digit of digitsOf(prefix)) {
        const slot = node * fanOut + digit
        if (this.#children[slot] === 0) this.#children[slot] = nodes++
        node = this.#children[slot]!
      }
      this.#rowAt[node] = index
    }
  }

  get size(): number {
    return this.#rows.length
  }

  /** Of the longest prefix that the number begins with. */
  longest(number: string): PrefixMatch<Value> | undefined {
    let node = 0
    let row = this.#rowAt[0]!
    for (const digit of digitsOf(number)) {
      node = this.#children[node * fanOut + digit]!
      if (node === 0) break
      if (this.#rowAt[node] !== noRow) row = this.#rowAt[node]!
    }
    return this.#rows[row]
  }
}

function* digitsOf(number: string): Generator<number> {
  for (let at = number.startsWith('+') ? 1 : 0; at < number.length; at++) {
    const digit = number.charCodeAt(at) - 48
    if (digit < 0 || digit >= fanOut) return
    yield digit
  }
}
