/**
 * Lists the pairs of images that overlap, each once: neighbours in a grid of the sky, across edges and corners.
 *
 * The grid is as square as the number of images allows and filled row by row. Images count from 0.
 */
export function overlappingPairs(images: number): (readonly [number, number])[] {
  const columns = Math.ceil(Math.sqrt(images))
  const pairs: [number, number][] = []
  for (let image = 0; image < images; image++) {
    const column = image % columns
    const isFirst = column === 0
    const isLast = column === columns - 1
    const neighbours = [
      ...(isLast ? [] : [image + 1]),
      ...(isFirst ? [] : [image + columns - 1]),
      image + columns,
      ...(isLast ? [] : [image + columns + 1]),
    ]
    for (const neighbour of neighbours) if (neighbour < images) pairs.push([image, neighbour])
  }
  return pairs
}
