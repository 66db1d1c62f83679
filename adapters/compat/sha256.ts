const BLOCK = 64

/**
 * Computes an HMAC with SHA-256.
 *
 * @see https://www.rfc-editor.org/rfc/rfc2104
 */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK)
  block.set(key.length > BLOCK ? sha256(key) : key)
  const inner = sha256(
    concat(
      block.map((byte) => byte ^ 0x36),
      message,
    ),
  )
  return sha256(
    concat(
      block.map((byte) => byte ^ 0x5c),
      inner,
    ),
  )
}

/**
 * Computes a SHA-256 digest; `crypto.subtle` is missing in mini-programs.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6234
 */
export function sha256(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / BLOCK) * BLOCK)
  padded.set(message)
  padded[message.length] = 0x80
  const words = new DataView(padded.buffer)
  words.setUint32(padded.length - 8, Math.floor(message.length / 2 ** 29))
  words.setUint32(padded.length - 4, message.length * 8)
  const hash = fractions(8, 2)
  const schedule = new Uint32Array(BLOCK)
  for (let block = 0; block < padded.length; block += BLOCK) {
    for (let t = 0; t < BLOCK; t++) {
      schedule[t] = t < 16 ? words.getUint32(block + t * 4) : extend(schedule, t)
    }
    compress(hash, schedule)
  }
  const digest = new DataView(new ArrayBuffer(32))
  hash.forEach((word, index) => digest.setUint32(index * 4, word))
  return new Uint8Array(digest.buffer)
}

function extend(w: Uint32Array, t: number): number {
  const a = w[t - 15]!
  const b = w[t - 2]!
  const s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)
  const s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10)
  return w[t - 16]! + s0 + w[t - 7]! + s1
}

function compress(hash: Uint32Array, schedule: Uint32Array): void {
  let [a, b, c, d, e, f, g, h] = hash as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  for (let t = 0; t < BLOCK; t++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const choice = (e & f) ^ (~e & g)
    const t1 = h + s1 + choice + ROUNDS[t]! + schedule[t]!
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + s0 + majority) | 0]
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) hash[index]! += word
}

const rotate = (word: number, bits: number) => (word >>> bits) | (word << (32 - bits))

/** The first 32 bits of the fractions of the roots of the first primes: the constants of SHA-2. */
function fractions(count: number, degree: number): Uint32Array {
  const found: number[] = []
  for (let n = 2; found.length < count; n++) {
    if (found.every((prime) => n % prime > 0)) found.push(n)
  }
  return Uint32Array.from(found, (prime) => (prime ** (1 / degree) % 1) * 2 ** 32)
}

const ROUNDS = /* @__PURE__ */ fractions(BLOCK, 3)

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
