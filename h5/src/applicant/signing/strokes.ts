// A signature as lines of points, so that it can be redrawn at any size.

export interface Point {
  x: number
  y: number
}
export type Stroke = Point[]

/** Whether there is enough ink to be somebody's name rather than a touch by mistake (pixels: 60 in all). */
export function isWritten(strokes: Stroke[]): boolean {
  return strokes.reduce((sum, stroke) => sum + lengthOf(stroke), 0) > 60
}

export function draw(context: CanvasRenderingContext2D, strokes: Stroke[], width: number): void {
  context.lineCap = 'round'
  context.lineJoin = 'round'
  context.strokeStyle = '#000000'
  context.fillStyle = '#000000'
  context.lineWidth = width
  for (const stroke of strokes) {
    const [first, ...rest] = stroke
    if (first === undefined) continue
    context.beginPath()
    if (rest.length === 0) {
      context.arc(first.x, first.y, width / 2, 0, Math.PI * 2)
      context.fill()
      continue
    }
    context.moveTo(first.x, first.y)
    rest.forEach((point) => { context.lineTo(point.x, point.y) })
    context.stroke()
  }
}

/** The strokes moved from a pad of one size to another, in the middle, not stretched. */
export function fitted(strokes: Stroke[], from: { width: number; height: number }, to: { width: number; height: number }): Stroke[] {
  if (from.width === 0 || from.height === 0) return strokes
  const scale = Math.min(to.width / from.width, to.height / from.height)
  const left = (to.width - from.width * scale) / 2
  const top = (to.height - from.height * scale) / 2
  return strokes.map((stroke) => stroke.map(({ x, y }) => ({ x: x * scale + left, y: y * scale + top })))
}

/** A PNG in base64 of the ink with a margin, black on white, 900 px wide at most. */
export function asPng(strokes: Stroke[]): string {
  const points = strokes.flat()
  const margin = 24
  const left = Math.min(...points.map((point) => point.x)) - margin
  const top = Math.min(...points.map((point) => point.y)) - margin
  const width = Math.max(...points.map((point) => point.x)) + margin - left
  const height = Math.max(...points.map((point) => point.y)) + margin - top
  const scale = Math.min(3, 900 / width)
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(height * scale)
  const context = canvas.getContext('2d')
  if (context === null) return ''
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.scale(scale, scale)
  context.translate(-left, -top)
  draw(context, strokes, 4)
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '')
}

function lengthOf(stroke: Stroke): number {
  return stroke.reduce((sum, point, index) => {
    const before = stroke[index - 1]
    return before === undefined ? sum : sum + Math.hypot(point.x - before.x, point.y - before.y)
  }, 0)
}
