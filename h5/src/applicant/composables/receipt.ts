// The confirmation as a picture to keep in the phone's album: drawn here, in letters one can read.
export interface Receipt {
  title: string
  lines: string[]
}

const width = 720
const padding = 44
const closing = '，。、；：）”》' // never at the head of a line
const opening = '（“《' // never at its end

/** A PNG data address: a phone saves it by a long press, a computer by the link. */
export function receiptPicture(number: string, receipt: Receipt): string {
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d')
  if (context === null) return ''
  const font = 'PingFang SC, HarmonyOS Sans, Noto Sans CJK SC, sans-serif'
  context.font = `40px ${font}`
  const lines = receipt.lines.flatMap((line) => [...wrapped(context, line, width - 2 * padding), ''])
  canvas.width = width
  canvas.height = 320 + lines.length * 56
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.fillStyle = '#006b3c'
  context.fillRect(0, 0, width, 96)
  context.fillStyle = '#ffffff'
  context.font = `bold 40px ${font}`
  context.fillText(receipt.title, padding, 62)
  context.fillStyle = '#595959'
  context.font = `36px ${font}`
  context.fillText('办件号', padding, 160)
  context.fillStyle = '#1a1a1a'
  context.font = `bold 58px ${font}`
  context.fillText(number, padding, 224)
  context.font = `40px ${font}`
  lines.forEach((line, index) => { context.fillText(line, padding, 310 + index * 56) })
  return canvas.toDataURL('image/png')
}

/** The text in lines no wider than the room, in pixels of the context's font. Numbers and words are not torn apart. */
export function wrapped(context: CanvasRenderingContext2D, text: string, room: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const part of text.match(/[\w.:–-]+|[^]/gu) ?? []) {
    const isFull = context.measureText(line + part).width > room && !closing.includes(part)
    if (isFull && line !== '') {
      const carried = opening.includes(line.slice(-1)) ? line.slice(-1) : ''
      lines.push(line.slice(0, line.length - carried.length).trimEnd())
      line = carried
    }
    line = line === '' ? part.trimStart() : line + part
  }
  return [...lines, line]
}
