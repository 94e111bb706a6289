/** Maps items with at most `limit` calls in flight, in order; rejects with the first failure, once no call is in flight. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  call: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length)
  let next = 0
  let failed = false
  const lane = async () => {
    while (next < items.length && !failed) {
      const index = next++
      try {
        results[index] = await call(items[index] as Item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, lane))
  for (const { status, reason } of lanes as PromiseRejectedResult[]) if (status === 'rejected') throw reason
  return results
}
