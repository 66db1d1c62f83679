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

/** Maximum displacements in pixels. */
const sway = 2.2
const swell = 2.8

function paint(strokes: readonly Stroke[], width: number): Uint8Array {
  const sideways = valuesOf(toWave(between(1.2, sway), between(24, 40)), height)
  const upwards = valuesOf(toWave(between(1.5, swell), between(30, 50)), width)
  const ink = coverWithInk(strokes, sideways, upwards)
  const tint = valuesOf(toWave(1, between(40, 80)), width + 2 * height)
  return ink.map((index, at) => {
    const x = at % width
    const y = (at - x) / width
    const paper = Math.floor((tint[x + 2 * y]! + 1) * 1.2 + Math.random() * 1.4)
    return index || (toSpeck() ?? Math.min(3, paper))
  })
}

/** Returns the palette index of the strokes at each pixel, or 0 where there is no ink. */
function coverWithInk(
  strokes: readonly Stroke[],
  sideways: Float64Array,
  upwards: Float64Array,
): Uint8Array {
  const width = upwards.length
  const pixels = new Uint8Array(width * height)
  const best = new Float64Array(pixels.length).fill(0.2)
  for (const stroke of strokes) {
    const [top, bottom] = within(stroke.top - swell, stroke.bottom + swell, height)
    const [left, right] = within(stroke.left - sway, stroke.right + sway, width)
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const far = distance(stroke, x + sideways[y]!, y + upwards[x]!)
        const coverage = Math.min(1, stroke.radius + 0.5 - far)
        if (coverage <= best[y * width + x]!) continue
        best[y * width + x] = coverage
        pixels[y * width + x] = toIndex(stroke.ink, coverage < 0.5 ? 0 : coverage < 0.85 ? 1 : 2)
      }
    }
  }
  return pixels
}

/** Returns the pixels of a row or column from `first` to before `end`, as far as there are any. */
const within = (first: number, end: number, size: number): [number, number] => [
  Math.max(0, Math.ceil(first)),
  Math.min(size, Math.floor(end) + 1),
]

const valuesOf = (wave: Wave, size: number): Float64Array =>
  new Float64Array(size).map((_, at) => wave(at))

const speckRate = 0.035

function toSpeck(): number | undefined {
  if (Math.random() > speckRate) return undefined
  return toIndex(Math.floor(Math.random() * inks.length), Math.random() < 0.7 ? 0 : 1)
}

const toIndex = (ink: number, shade: number): number => papers.length + ink * shades.length + shade

function distance({ x1, y1, x2, y2 }: Segment, x: number, y: number): number {
  const dx = x2 - x1
  const dy = y2 - y1
  const along = ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy)
  const clamped = Math.max(0, Math.min(1, along))
  const aside = x - x1 - clamped * dx
  const above = y - y1 - clamped * dy
  // `Math.hypot` takes ten times as long.
  return Math.sqrt(aside * aside + above * above)
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
