import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BinaryHeap, type HeapItem } from '../src/binary-heap.ts'

interface Item extends HeapItem {
  key: number
}

/** What to do with the heap; an index is taken modulo the number of items that are in. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('push' as const), key: fc.nat(20) }),
  fc.record({ kind: fc.constant('update' as const), index: fc.nat(), key: fc.nat(20) }),
  fc.record({ kind: fc.constant('remove' as const), index: fc.nat() }),
  fc.record({ kind: fc.constant('pop' as const) }),
)

it('always has the least item on top, whatever is pushed, changed and removed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = new BinaryHeap<Item>((a, b) => a.key < b.key)
      const items: Item[] = []
      for (const action of steps) {
        const at = 'index' in action ? action.index % Math.max(1, items.length) : 0
        if (action.kind === 'push') {
          const item = { key: action.key, heapIndex: -1 }
          heap.push(item)
          items.push(item)
        } else if (action.kind === 'update' && items[at]) {
          items[at].key = action.key
          heap.update(items[at])
        } else if (action.kind === 'remove' && items[at]) {
          heap.remove(items[at])
          expect(items.splice(at, 1)[0]?.heapIndex).toBe(-1)
        } else if (action.kind === 'pop' && heap.top) {
          items.splice(items.indexOf(heap.top), 1)
          heap.remove(heap.top)
        }
        expect(heap.size).toBe(items.length)
        expect(heap.top?.key).toBe(items.length === 0 ? undefined : Math.min(...items.map(({ key }) => key)))
      }
    }),
  )
})

it('costs a number of comparisons that grows with the logarithm of its size', () => {
  let comparisons = 0
  const heap = new BinaryHeap<Item>((a, b) => {
    comparisons++
    return a.key < b.key
  })
  const items = Array.from({ length: 2 ** 16 }, (_, index) => ({ key: (index * 7919) % 65_537, heapIndex: -1 }))
  for (const item of items) heap.push(item)
  comparisons = 0
  for (const item of items.slice(0, 1000)) {
    item.key = -item.key
    heap.update(item)
    heap.remove(item)
  }
  expect(comparisons / 1000).toBeLessThan(3 * 2 * 16)
})

it('ignores the removal of an item that is not in', () => {
  const heap = new BinaryHeap<Item>((a, b) => a.key < b.key)
  heap.push({ key: 1, heapIndex: -1 })
  heap.remove({ key: 1, heapIndex: -1 })
  expect(heap.size).toBe(1)
})
