// What a JPEG says of itself in its first bytes: how large it is stored, and how it is to be turned.

export interface JpegHead {
  width: number
  height: number
  /** EXIF orientation, 1 when it says none. */
  orientation: number
}

/** Null when these bytes are no JPEG, or do not say it. */
export function jpegHeadOf(bytes: DataView): JpegHead | null {
  if (bytes.byteLength < 4 || bytes.getUint16(0) !== 0xffd8) return null
  let at = 2
  let orientation = 1
  while (at + 10 < bytes.byteLength) {
    const marker = bytes.getUint16(at)
    const size = bytes.getUint16(at + 2)
    if (marker === 0xffe1) orientation = orientationIn(bytes, at + 4, size - 2) ?? orientation
    const isFrame = marker >= 0xffc0 && marker <= 0xffcf && marker !== 0xffc4 && marker !== 0xffc8 && marker !== 0xffcc
    if (isFrame) return { height: bytes.getUint16(at + 5), width: bytes.getUint16(at + 7), orientation }
    if (marker < 0xff00) return null
    at += 2 + size
  }
  return null
}

function orientationIn(bytes: DataView, start: number, size: number): number | null {
  const end = Math.min(bytes.byteLength, start + size)
  if (start + 14 > end || bytes.getUint32(start) !== 0x45786966) return null // “Exif”
  const tiff = start + 6
  const isLittle = bytes.getUint16(tiff) === 0x4949
  const directory = tiff + bytes.getUint32(tiff + 4, isLittle)
  if (directory + 2 > end) return null
  const count = bytes.getUint16(directory, isLittle)
  for (let i = 0; i < count; i += 1) {
    const entry = directory + 2 + 12 * i
    if (entry + 12 > end) return null
    if (bytes.getUint16(entry, isLittle) === 0x0112) return bytes.getUint16(entry + 8, isLittle)
  }
  return null
}
