// What the server refused, in words beside the control it is about.
import type { ApiProblem } from '@api/problem'

import type { Trouble } from '../components/ErrorSummary.vue'

const fields: Record<string, string> = { '/applicant_name': 'applicant-name', '/helper_name': 'helper-name', '/helper_phone': 'helper-phone' }

/** The lines of the summary; each leads to its control where it has one. */
export function troublesOf(problem: ApiProblem): Trouble[] {
  if (problem.isOffline) return [{ text: '网络断开了，还没有存好。连上网后请再点一次，不会重复。' }]
  if (problem.code === 'signature-missing') return [{ text: problem.detail, target: 'signature' }]
  const known = problem.errors.flatMap((each) => {
    const target = fields[each.pointer]
    return target === undefined ? [] : [{ text: each.detail, target }]
  })
  return known.length > 0 ? known : [{ text: problem.detail }]
}

/** The trouble of one control, or null. */
export function troubleAt(troubles: Trouble[], target: string): string | null {
  return troubles.find((trouble) => trouble.target === target)?.text ?? null
}

/** Ten digits are one too few: what can be said before anything is sent. */
export function phoneTrouble(phone: string): Trouble[] {
  const digits = phone.replace(/\D/g, '').replace(/^86(?=\d{11}$)/, '')
  return digits.length === 11 ? [] : [{ text: `手机号应是 11 位，现在是 ${String(digits.length)} 位，请再数一遍。`, target: 'helper-phone' }]
}

/** A name of fewer than two characters is none. */
export function nameTrouble(name: string, target: string, whose: string): Trouble[] {
  return name.trim().length >= 2 ? [] : [{ text: `请填写${whose}身份证上的姓名。`, target }]
}
