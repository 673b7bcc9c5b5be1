// A binary heap whose members know their place in it, so that any of them leaves in logarithmic time: callers hang up
// from the middle of a queue far more often than they are taken from its front.

/** A member is in one heap at a time; -1 while it is in none. Only the heap writes the index. */
export interface HeapMember {
  heapIndex: number
}

export class IndexedHeap<T extends HeapMember> {
  readonly #items: T[] = []
  readonly #before: (a: T, b: T) => boolean

  /** `before` must be a strict total order: no two members may be equal. */
  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before
  }

  get size(): number {
    return this.#items.length
  }

  peek(): T | undefined {
    return this.#items[0]
  }

  has(item: T): boolean {
    return item.heapIndex >= 0 && this.#items[item.heapIndex] === item
  }

  /** In no particular order. */
  values(): Iterable<T> {
    return this.#items
  }

  push(item: T): void {
    item.heapIndex = this.#items.length
    this.#items.push(item)
    this.#rise(item)
  }

  /** False when the item was not in this heap. */
  remove(item: T): boolean {
    if (!this.has(item)) return false
    const last = this.#items.pop()!
    if (last !== item) {
      this.#set(item.heapIndex, last)
      this.#rise(last)
      this.#sink(last)
    }
    item.heapIndex = -1
    return true
  }

  #set(index: number, item: T): void {
    this.#items[index] = item
    item.heapIndex = index
  }

  #rise(item: T): void {
    let index = item.heapIndex
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      const parent = this.#items[parentIndex]!
      if (!this.#before(item, parent)) break
      this.#set(index, parent)
      index = parentIndex
    }
    this.#set(index, item)
  }

  #sink(item: T): void {
    const size = this.#items.length
    let index = item.heapIndex
    for (;;) {
      const leftIndex = 2 * index + 1
      if (leftIndex >= size) break
      const left = this.#items[leftIndex]!
      const right = this.#items[leftIndex + 1]
      const child = right && this.#before(right, left) ? right : left
      if (!this.#before(child, item)) break
      const childIndex = child.heapIndex
      this.#set(index, child)
      index = childIndex
    }
    this.#set(index, item)
  }
}
