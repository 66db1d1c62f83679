import { encodeGif } from './gif.ts'
import { type Segment, segmentsOf } from './glyphs.ts'

/** A straight line of one colour and thickness. */
interface Stroke extends Segment {
  /** Index into the inks. */
  ink: number
  /** Half the thickness in pixels. */
  radius: number
  /** Bounds of the stroke, which spare distant pixels the distance computation. */
  left: number
  right: number
  top: number
  bottom: number
}

type Wave = (at: number) => number

const height = 60
const pitch = 38
const margin = 6

const papers = [
  [250, 250, 246],
  [243, 244, 240],
  [236, 239, 240],
  [228, 232, 234],
] as const
const inks = [
  [24, 48, 104],
  [104, 24, 56],
  [16, 80, 64],
  [72, 40, 112],
] as const
/** Coverage of the three shades of each ink. */
const shades = [0.35, 0.7, 1] as const
const palette = [
  ...papers,
  ...inks.flatMap((ink) =>
    shades.map((shade) => ink.map((part, i) => mix(papers[0][i] ?? 0, part, shade))),
  ),
]

/**
 * Draws a text as a distorted picture with noise.
 *
 * @param text Characters of the captcha alphabet.
 * @returns A GIF as a `data:` URL.
 */
export function drawPicture(text: string): string {
  const width = text.length * pitch + 2 * margin
  const letters = Array.from(text, (character, index) => toLetter(character, index))
  const scratches = [toScratch(width), toScratch(width)]
  const pixels = paint([...letters, ...scratches].flat(), width)
  return `data:image/gif;base64,${encodeGif({ width, height, palette, pixels }).toString('base64')}`
}

function toLetter(character: string, index: number): Stroke[] {
  const angle = between(-0.25, 0.25)
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const [wide, tall] = [between(20, 25), between(32, 38)]
  const x = margin + (index + 0.5) * pitch + between(-3, 3)
  const y = height / 2 + between(-5, 5)
  const place = (px: number, py: number): [number, number] => [
    x + px * wide * cos - py * tall * sin,
    y + px * wide * sin + py * tall * cos,
  ]
  const segments = segmentsOf(character).map((segment) => {
    const [x1, y1] = place(segment.x1, segment.y1)
    const [x2, y2] = place(segment.x2, segment.y2)
    return { x1, y1, x2, y2 }
  })
  return toStrokes(segments, between(1.7, 2.3))
}

/** A thin wavy line across the picture. */
function toScratch(width: number): Stroke[] {
  const wave = toWave(between(6, 14), between(50, 90))
  const middle = between(20, 40)
  const segments: Segment[] = []
  for (let x = 0; x < width; x += 6) {
    segments.push({ x1: x, y1: middle + wave(x), x2: x + 6, y2: middle + wave(x + 6) })
  }
  return toStrokes(segments, 0.15)
}

function toStrokes(segments: readonly Segment[], radius: number): Stroke[] {
  const ink = Math.floor(Math.random() * inks.length)
  return segments.map((segment) => ({
    ...segment,
    ink,
    radius,
    left: Math.min(segment.x1, segment.x2) - radius - 1,
    right: Math.max(segment.x1, segment.x2) + radius + 1,
    top: Math.min(segment.y1, segment.y2) - radius - 1,
    bottom: Math.max(segment.y1, segment.y2) + radius + 1,
  }))
}

/** Maximum vertical displacement in pixels. */
const swell = 2.8

function paint(strokes: readonly Stroke[], width: number): Uint8Array {
  const pixels = new Uint8Array(width * height)
  const sideways = toWave(between(1.2, 2.2), between(24, 40))
  const upwards = toWave(between(1.5, swell), between(30, 50))
  const tint = toWave(1, between(40, 80))
  for (let y = 0; y < height; y++) {
    const near = strokes.filter(({ top, bottom }) => top < y + swell && y - swell < bottom)
    for (let x = 0; x < width; x++) {
      const [fromX, fromY] = [x + sideways(y), y + upwards(x)]
      const paper = Math.min(3, Math.floor((tint(x + 2 * y) + 1) * 1.2 + Math.random() * 1.4))
      pixels[y * width + x] = inkAt(near, fromX, fromY) ?? toSpeck() ?? paper
    }
  }
  return pixels
}

/** Returns the palette index of the strokes at a point, if there is ink. */
function inkAt(strokes: readonly Stroke[], x: number, y: number): number | undefined {
  let best = 0
  let ink = 0
  for (const stroke of strokes) {
    if (x < stroke.left || x > stroke.right) continue
    const coverage = Math.min(1, stroke.radius + 0.5 - distance(stroke, x, y))
    if (coverage > best) [best, ink] = [coverage, stroke.ink]
  }
  if (best < 0.2) return undefined
  return toIndex(ink, best < 0.5 ? 0 : best < 0.85 ? 1 : 2)
}

const speckRate = 0.035

function toSpeck(): number | undefined {
  if (Math.random() > speckRate) return undefined
  return toIndex(Math.floor(Math.random() * inks.length), Math.random() < 0.7 ? 0 : 1)
}

const toIndex = (ink: number, shade: number): number => papers.length + ink * shades.length + shade

function distance({ x1, y1, x2, y2 }: Segment, x: number, y: number): number {
  const [dx, dy] = [x2 - x1, y2 - y1]
  const along = ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy)
  const clamped = Math.max(0, Math.min(1, along))
  return Math.hypot(x - x1 - clamped * dx, y - y1 - clamped * dy)
}

function toWave(amplitude: number, period: number): Wave {
  const phase = between(0, 2 * Math.PI)
  return (at) => amplitude * Math.sin((2 * Math.PI * at) / period + phase)
}

function between(min: number, max: number): number {
  return min + Math.random() * (max - min)
}

function mix(from: number, to: number, share: number): number {
  return Math.round(from + (to - from) * share)
}
