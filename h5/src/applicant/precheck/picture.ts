// The pre-check's result as a picture to keep in the phone's album: when, which items, what to bring.
import type { Precheck } from '@api/views'

import { wrapped } from '../composables/receipt'

const width = 720
const padding = 44
const font = 'PingFang SC, HarmonyOS Sans, Noto Sans CJK SC, sans-serif'

interface Line {
  text: string
  size: number
  colour: string
  bold: boolean
  /** A box to tick before the line. */
  box: boolean
  indent: number
  gap: number
}

/** A PNG data address, empty where the browser cannot draw: a phone saves it by a long press. */
export function precheckPicture(result: Precheck, madeOn: string): string {
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d')
  if (context === null) return ''
  const lines = linesOf(result, madeOn).flatMap((line) => cut(context, line))
  canvas.width = width
  canvas.height = 96 + 36 + lines.reduce((sum, line) => sum + heightOf(line), 0) + 40
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.fillStyle = '#006b3c'
  context.fillRect(0, 0, width, 96)
  context.fillStyle = '#ffffff'
  context.font = `bold 40px ${font}`
  context.fillText('办退休：什么时候办，带什么', padding, 62)
  let y = 96 + 36
  for (const line of lines) {
    y += heightOf(line)
    draw(context, line, y)
  }
  return canvas.toDataURL('image/png')
}

function linesOf(result: Precheck, madeOn: string): Line[] {
  const sure = result.bring.filter((each) => each.depends_on === null)
  const perhaps = result.bring.filter((each) => each.depends_on !== null)
  return [
    heading(result.title, 50),
    ...result.lines.map((each) => plain(each)),
    plain(result.about.join('，'), { colour: '#595959', size: 30 }),
    heading('能办的事'),
    ...result.items.map((each) => plain(`${each.short_name}：${each.limit_text}（${each.department_label} ${each.phone}）`)),
    heading('要带的材料'),
    ...sure.map((each) => boxed(each.label)),
    ...(perhaps.length > 0 ? [heading('看您的情况，可能还要带')] : []),
    ...perhaps.map((each) => boxed(`${each.label}（${each.depends_on ?? ''}）`)),
    plain(`有不明白的，问窗口 ${result.contact.phone}，${result.contact.hours}`, { gap: 28 }),
    plain(`${madeOn}查的，按当天的规定算，以窗口核定为准`, { colour: '#595959', size: 28 }),
  ]
}

function plain(text: string, changes: Partial<Line> = {}): Line {
  return { text, size: 36, colour: '#1a1a1a', bold: false, box: false, indent: 0, gap: 14, ...changes }
}

function heading(text: string, size = 42): Line {
  return plain(text, { size, bold: true, colour: '#006b3c', gap: 34 })
}

function boxed(text: string): Line {
  return plain(text, { box: true, indent: 52 })
}

/** One line as many as it takes; only the first has the box and the gap above. */
function cut(context: CanvasRenderingContext2D, line: Line): Line[] {
  context.font = fontOf(line)
  const room = width - 2 * padding - line.indent
  return wrapped(context, line.text, room).map((text, index) => ({ ...line, text, box: line.box && index === 0, gap: index === 0 ? line.gap : 0 }))
}

function draw(context: CanvasRenderingContext2D, line: Line, bottom: number): void {
  const base = bottom - Math.round(line.size * 0.35)
  if (line.box) {
    context.strokeStyle = '#767b78'
    context.lineWidth = 3
    context.strokeRect(padding + 2, base - line.size + 8, line.size - 8, line.size - 8)
  }
  context.font = fontOf(line)
  context.fillStyle = line.colour
  context.fillText(line.text, padding + line.indent, base)
}

function fontOf(line: Line): string {
  return `${line.bold ? 'bold ' : ''}${String(line.size)}px ${font}`
}

function heightOf(line: Line): number {
  return Math.round(line.size * 1.4) + line.gap
}
