// From a file to pixels at working size, in a worker or on the page. Knows no measure.
import { workingLongEdge, type Pixels } from './grid'

export interface Decoded {
  pixels: Pixels
  /** The photo's own long edge, in pixels. */
  longEdge: number
}

/** In a worker (and on pages that can): decoded off the page. Raises when this file cannot be decoded. */
export async function decodeInWorker(file: Blob): Promise<Decoded> {
  const bitmap = await createImageBitmap(file)
  const size = workingSize(bitmap.width, bitmap.height)
  const context = new OffscreenCanvas(size.width, size.height).getContext('2d', { willReadFrequently: true })
  if (context === null) throw new Error('no canvas in this worker')
  const longEdge = Math.max(bitmap.width, bitmap.height)
  context.imageSmoothingQuality = 'medium'
  context.drawImage(bitmap, 0, 0, size.width, size.height)
  bitmap.close()
  return { pixels: context.getImageData(0, 0, size.width, size.height), longEdge }
}

/** On the page itself, for phones whose workers have no canvas. Null when this file cannot be decoded. */
export function decodeOnPage(file: Blob): Promise<Decoded | null> {
  return new Promise((resolve) => {
    const address = URL.createObjectURL(file)
    const image = new Image()
    const end = (found: Decoded | null): void => {
      URL.revokeObjectURL(address)
      resolve(found)
    }
    image.onerror = () => { end(null) }
    image.onload = () => {
      const size = workingSize(image.naturalWidth, image.naturalHeight)
      const canvas = document.createElement('canvas')
      canvas.width = size.width
      canvas.height = size.height
      const context = canvas.getContext('2d')
      if (context === null || image.naturalWidth === 0) {
        end(null)
        return
      }
      context.imageSmoothingQuality = 'medium'
      context.drawImage(image, 0, 0, size.width, size.height)
      end({ pixels: context.getImageData(0, 0, size.width, size.height), longEdge: Math.max(image.naturalWidth, image.naturalHeight) })
    }
    image.src = address
  })
}

/** At most the working long edge, and never larger than the photo. */
export function workingSize(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, workingLongEdge / Math.max(width, height, 1))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}
