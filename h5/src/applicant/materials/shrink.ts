// Makes a photo small enough for a country signal: long edge at most 1600 px, JPEG. What the phone cannot
// decode (HEIC on most) goes as it is, and the server turns it.

const longEdgePixels = 1600
const jpegQuality = 0.85

export interface PreparedPhoto {
  bytes: Blob
  contentType: string
  /** Whether this phone can show it before the server has turned it. */
  showable: boolean
}

/** `contentType` is what `typeOf` said of the file as it was picked. A PDF is left as it is. */
export async function prepare(file: Blob, contentType: string): Promise<PreparedPhoto> {
  if (contentType === 'application/pdf') return { bytes: file, contentType, showable: false }
  const image = await decoded(file)
  if (image === null) return { bytes: file, contentType, showable: false }
  if (!turnsByItself()) return { bytes: file, contentType, showable: true } // the server reads its EXIF instead
  const scale = Math.min(1, longEdgePixels / Math.max(image.naturalWidth, image.naturalHeight))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(image.naturalWidth * scale))
  canvas.height = Math.max(1, Math.round(image.naturalHeight * scale))
  const context = canvas.getContext('2d')
  if (context === null) return { bytes: file, contentType, showable: true }
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  const small = await new Promise<Blob | null>((resolve) => { canvas.toBlob(resolve, 'image/jpeg', jpegQuality) })
  if (small === null || (scale === 1 && contentType === 'image/jpeg' && small.size >= file.size)) return { bytes: file, contentType, showable: true }
  return { bytes: small, contentType: 'image/jpeg', showable: true }
}

function decoded(file: Blob): Promise<HTMLImageElement | null> {
  return new Promise((resolve) => {
    const address = URL.createObjectURL(file)
    const image = new Image()
    const end = (found: HTMLImageElement | null): void => {
      URL.revokeObjectURL(address)
      resolve(found)
    }
    image.onload = () => { end(image.naturalWidth > 0 ? image : null) }
    image.onerror = () => { end(null) }
    image.src = address
  })
}

/** Whether a canvas draws photos upright by their EXIF (browsers since 2020). */
function turnsByItself(): boolean {
  return typeof CSS !== 'undefined' && CSS.supports('image-orientation', 'from-image')
}

/** Some phones name no type for HEIC or PDF, or call it a stream of bytes. */
export function typeOf(file: File): string {
  if (/\.pdf$/i.test(file.name)) return 'application/pdf'
  if (/\.heic$/i.test(file.name)) return 'image/heic'
  if (/\.heif$/i.test(file.name)) return 'image/heif'
  return file.type === '' ? 'application/octet-stream' : file.type
}
