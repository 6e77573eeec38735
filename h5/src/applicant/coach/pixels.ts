// From a file to pixels at working size, in a worker or on the page. Knows no measure.
import { workingLongEdge, type Pixels } from './grid'
import { jpegHeadOf } from './jpeg'

export interface Decoded {
  pixels: Pixels
  /** The photo's own long edge, in pixels. */
  longEdge: number
}

/** In a worker (and on pages that can): decoded off the page. Raises when this file cannot be decoded. */
export async function decodeInWorker(file: Blob): Promise<Decoded> {
  return (await decodeSmall(file, drawnInWorker)) ?? (await decodeWhole(file))
}

async function decodeWhole(file: Blob): Promise<Decoded> {
  const bitmap = await createImageBitmap(file)
  const longEdge = Math.max(bitmap.width, bitmap.height)
  const pixels = drawnInWorker(bitmap, workingSize(bitmap.width, bitmap.height))
  bitmap.close()
  return { pixels, longEdge }
}

/** A decoder that may leave out what is too fine to be wanted (WebCodecs): a third of the time for a large JPEG. */
interface SmallDecoder {
  decode: () => Promise<{ image: CanvasImageSource & { displayWidth: number; displayHeight: number; close: () => void } }>
  close: () => void
}
type SmallDecoderMaker = new (asked: { data: ArrayBuffer; type: string; desiredWidth: number; desiredHeight: number }) => SmallDecoder

type Size = ReturnType<typeof workingSize>
type Draw = (image: CanvasImageSource, size: Size) => ImageData

/** Null where there is no such decoder, and for photos stored turned: there browsers differ in who turns them. */
async function decodeSmall(file: Blob, draw: Draw): Promise<Decoded | null> {
  const Maker = (self as unknown as { ImageDecoder?: SmallDecoderMaker }).ImageDecoder
  if (Maker === undefined) return null
  const data = await file.arrayBuffer()
  const head = jpegHeadOf(new DataView(data))
  if (head === null || head.orientation !== 1 || Math.max(head.width, head.height) < 2 * workingLongEdge) return null
  const size = workingSize(head.width, head.height)
  try {
    // JPEG scales by eighths: the smallest that is not smaller than what is wanted.
    const eighths = Math.ceil((8 * Math.max(size.width, size.height)) / Math.max(head.width, head.height))
    const scaled = (side: number): number => Math.ceil((side * eighths) / 8)
    const decoder = new Maker({ data, type: 'image/jpeg', desiredWidth: scaled(head.width), desiredHeight: scaled(head.height) })
    const { image } = await decoder.decode()
    const isWhole = Math.min(image.displayWidth, image.displayHeight) >= Math.min(size.width, size.height)
    const pixels = isWhole ? draw(image, size) : null
    image.close()
    decoder.close()
    return pixels === null ? null : { pixels, longEdge: Math.max(head.width, head.height) }
  } catch {
    return null // the usual way may still do it
  }
}

function drawnInWorker(image: CanvasImageSource, size: Size): ImageData {
  return pixelsOf(new OffscreenCanvas(size.width, size.height).getContext('2d', { willReadFrequently: true }), image, size)
}

function drawnOnPage(image: CanvasImageSource, size: Size): ImageData {
  const canvas = document.createElement('canvas')
  canvas.width = size.width
  canvas.height = size.height
  return pixelsOf(canvas.getContext('2d', { willReadFrequently: true }), image, size)
}

function pixelsOf(context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null, image: CanvasImageSource, size: Size): ImageData {
  if (context === null) throw new Error('no canvas')
  context.imageSmoothingQuality = 'medium'
  context.drawImage(image, 0, 0, size.width, size.height)
  return context.getImageData(0, 0, size.width, size.height)
}

/** On the page itself, for phones whose workers have no canvas. Null when this file cannot be decoded. */
export async function decodeOnPage(file: Blob): Promise<Decoded | null> {
  return (await decodeSmall(file, drawnOnPage)) ?? (await decodeAsImage(file))
}

function decodeAsImage(file: Blob): Promise<Decoded | null> {
  return new Promise((resolve) => {
    const address = URL.createObjectURL(file)
    const image = new Image()
    const end = (found: Decoded | null): void => {
      URL.revokeObjectURL(address)
      resolve(found)
    }
    image.onerror = () => { end(null) }
    image.onload = () => {
      const { naturalWidth, naturalHeight } = image
      if (naturalWidth === 0) {
        end(null)
        return
      }
      try {
        end({ pixels: drawnOnPage(image, workingSize(naturalWidth, naturalHeight)), longEdge: Math.max(naturalWidth, naturalHeight) })
      } catch {
        end(null)
      }
    }
    image.src = address
  })
}

/** At most the working long edge, and never larger than the photo. */
export function workingSize(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, workingLongEdge / Math.max(width, height, 1))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}
