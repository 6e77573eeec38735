// SHA-256 (FIPS 180-4) of bytes, in hex: the browser's own where it offers it, else computed here
// (browsers offer it to secure contexts only, and older WeChat not at all).

export async function sha256Hex(bytes: ArrayBuffer): Promise<string> {
  // Typed as always there; over plain http it is not.
  const subtle = (crypto as { subtle?: SubtleCrypto }).subtle
  if (subtle !== undefined) return hex(new Uint8Array(await subtle.digest('SHA-256', bytes)))
  return hex(digest(new Uint8Array(bytes)))
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The first 32 bits of the fractional parts of the `power` roots of the first `count` primes. */
function fractionsOfRoots(count: number, power: number): Uint32Array {
  const found: number[] = []
  for (let candidate = 2; found.length < count; candidate += 1) {
    let isPrime = true
    for (let divisor = 2; divisor * divisor <= candidate; divisor += 1) if (candidate % divisor === 0) isPrime = false
    if (isPrime) found.push(candidate)
  }
  return Uint32Array.from(found, (prime) => {
    const root = Math.pow(prime, power)
    return Math.floor((root - Math.floor(root)) * 0x100000000)
  })
}

/** The computed digest; exported to be compared with the browser's own. */
export function digest(message: Uint8Array): Uint8Array {
  const constants = fractionsOfRoots(64, 1 / 3)
  const state = fractionsOfRoots(8, 1 / 2)
  const length = message.length
  const padded = new Uint8Array(((length + 8) >> 6) * 64 + 64)
  padded.set(message)
  padded[length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(length / 0x20000000))
  view.setUint32(padded.length - 4, (length << 3) >>> 0)

  const words = new Uint32Array(64)
  const at = (list: Uint32Array, index: number): number => list[index] ?? 0
  const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by))
  for (let offset = 0; offset < padded.length; offset += 64) {
    for (let i = 0; i < 16; i += 1) words[i] = view.getUint32(offset + i * 4)
    for (let i = 16; i < 64; i += 1) {
      const a = at(words, i - 15)
      const b = at(words, i - 2)
      const s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)
      const s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10)
      words[i] = (at(words, i - 16) + s0 + at(words, i - 7) + s1) | 0
    }
    const v = Uint32Array.from(state)
    for (let i = 0; i < 64; i += 1) {
      const e = at(v, 4)
      const a = at(v, 0)
      const choice = (e & at(v, 5)) ^ (~e & at(v, 6))
      const majority = (a & at(v, 1)) ^ (a & at(v, 2)) ^ (at(v, 1) & at(v, 2))
      const first = (at(v, 7) + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + at(constants, i) + at(words, i)) | 0
      const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority) | 0
      v.copyWithin(1, 0, 7)
      v[4] = (at(v, 4) + first) | 0
      v[0] = (first + second) | 0
    }
    for (let i = 0; i < 8; i += 1) state[i] = (at(state, i) + at(v, i)) | 0
  }
  const out = new DataView(new ArrayBuffer(32))
  state.forEach((word, index) => { out.setUint32(index * 4, word) })
  return new Uint8Array(out.buffer)
}
