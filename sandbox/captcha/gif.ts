/** A picture with 16 colours. */
export interface Raster {
  width: number
  height: number
  /** 16 colours as `[red, green, blue]`. */
  palette: readonly (readonly number[])[]
  /** Palette indexes in rows. */
  pixels: Uint8Array
}

const clear = 16
const end = 17
// A decoder's table outgrows 5-bit codes after this many pixels, so it is cleared before.
const run = 14

/**
 * Encodes a GIF without compression, with one 5-bit code per pixel. Noise does not compress.
 *
 * @param raster The picture.
 * @returns The bytes of the file.
 */
export function encodeGif({ width, height, palette, pixels }: Raster): Buffer {
  const size = (value: number): number[] => [value & 0xff, value >> 8]
  const screen = [...size(width), ...size(height), 0xb3, 0, 0]
  const image = [0x2c, 0, 0, 0, 0, ...size(width), ...size(height), 0]
  return Buffer.concat([
    Buffer.from('GIF89a'),
    Buffer.from([...screen, ...palette.flat(), ...image, 4]),
    ...toBlocks(packCodes(toCodes(pixels))),
    Buffer.from([0, 0x3b]),
  ])
}

function toCodes(pixels: Uint8Array): number[] {
  const codes: number[] = []
  for (let start = 0; start < pixels.length; start += run) {
    codes.push(clear, ...pixels.subarray(start, start + run))
  }
  codes.push(end)
  return codes
}

/** Packs 5-bit codes into bytes, least significant bit first. */
function packCodes(codes: readonly number[]): Buffer {
  const bytes = Buffer.alloc(Math.ceil((codes.length * 5) / 8))
  codes.forEach((code, index) => {
    const bits = code << ((index * 5) % 8)
    const at = (index * 5) >> 3
    bytes[at] = (bytes[at] ?? 0) | (bits & 0xff)
    if (bits > 0xff) bytes[at + 1] = bits >> 8
  })
  return bytes
}

function toBlocks(data: Buffer): Buffer[] {
  const blocks: Buffer[] = []
  for (let start = 0; start < data.length; start += 255) {
    const block = data.subarray(start, start + 255)
    blocks.push(Buffer.from([block.length]), block)
  }
  return blocks
}
