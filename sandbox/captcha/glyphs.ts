/** A straight line between two points. */
export interface Segment {
  x1: number
  y1: number
  x2: number
  y2: number
}

// Lines of each character, as pairs of digits x y on a grid of 6 by 8. Characters that are easily
// confused (0 O Q D, 1 I, 2 Z, 5 S, 6 G, 8 B, U V) are left out.
const lines: Record<string, string> = {
  A: '083068 1555',
  C: '6140200206284867',
  E: '60000868 0454',
  F: '600008 0454',
  H: '0008 6068 0464',
  J: '3060 5056482806',
  K: '0008 6005 2368',
  L: '000868',
  M: '0800356068',
  N: '08006860',
  P: '08004061634404',
  R: '08004061634404 3468',
  T: '0060 3038',
  U: '000628486660',
  W: '0018335860',
  X: '0068 6008',
  Y: '003460 3438',
  3: '01204061634424 446567482807',
  4: '48400565',
  7: '006028',
  9: '634525030220406264573818',
}

/** All characters that can be drawn. */
export const alphabet = Object.keys(lines).join('')

/**
 * Returns the lines of a character in a box of 1 by 1 around the origin.
 *
 * @param character A character of {@link alphabet}.
 * @returns The lines; none for another character.
 */
export function segmentsOf(character: string): Segment[] {
  return (lines[character] ?? '').split(' ').flatMap((line) => {
    const points = (line.match(/../g) ?? []).map(toPoint)
    return points.slice(1).map(([x2, y2], index) => {
      const [x1, y1] = points[index] ?? [x2, y2]
      return { x1, y1, x2, y2 }
    })
  })
}

const toPoint = (pair: string): [number, number] => [
  Number(pair[0]) / 6 - 0.5,
  Number(pair[1]) / 8 - 0.5,
]
