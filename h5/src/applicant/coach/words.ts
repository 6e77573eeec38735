// What the coach says: one plain sentence a fault, what is the matter and what to do.
import type { Fault } from './judge'

const sentences: Record<Exclude<Fault, 'wrong_side'>, string> = {
  blurred: '照片有点糊，字可能看不清。请把手机拿稳，等画面清楚了再拍。',
  dark: '光线太暗，字可能看不清。请到窗边，或打开灯再拍。',
  glare: '有一块反光，可能盖住了字。请换个角度，避开灯光再拍。',
  cut_off: '好像没有拍全。请拿远一点，让四个角都在画面里。',
  too_small: '拍得太小，字可能看不清。请靠近一点，让它占满画面。',
  folded: '有折痕或阴影，可能挡住了字。请铺平，避开影子再拍。',
  wrong_way_up: '好像没有摆正。请让字正着朝上，从正上方拍。',
}

/** What is said otherwise of a scanner's file. */
const ofScans: Partial<Record<Fault, string>> = {
  blurred: '扫描件有点糊，字可能看不清。请擦净玻璃板、放平了再扫。',
  dark: '扫描件太暗，字可能看不清。请调亮一点再扫。',
  too_small: '扫描件里字太小，可能看不清。请用 300 dpi 以上，只扫材料这一块。',
  wrong_way_up: '好像没有放正。请让字正着朝上再扫，或者转正了再放进来。',
}

/** `scanned`: it came from the scanner at the counter. */
export function sentenceFor(fault: Fault, part: string, scanned = false): string {
  if (scanned && ofScans[fault]) return ofScans[fault]
  if (fault !== 'wrong_side') return sentences[fault]
  return part === 'back' ? '这里要拍反面，照片里好像是正面。请翻过来再拍。' : '这里要拍正面，照片里好像是反面。请翻过来再拍。'
}
