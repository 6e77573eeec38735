/** What a clerk judges, and how it is named on the wire: `slot:<key>` and `field:<key>`. Pure reading of a view. */
import type { Judgement, Reason, ReviewView } from './types'

export interface Subject {
  subject: string
  label: string
  needsJudgement: boolean
  reasons: Reason[]
  judgement: Judgement | null
}

export const fieldSubject = (key: string): string => `field:${key}`
export const slotSubject = (key: string): string => `slot:${key}`

/** The id of the place on the page where a subject is judged. */
export const placeOf = (subject: string): string => `judge-${subject.replace(':', '-')}`

/** What is on the page for one subject now: the server's word, or mine that is still on its way. */
export interface Mark {
  verdict: 'pass' | 'fail'
  reasonCode: string | null
  note: string | null
  by: string | null
  at: string | null
  isSaved: boolean
}

/** Every field and slot, in the page's order. */
export function subjectsOf(view: ReviewView): Subject[] {
  return [
    ...view.fields.map((field) => ({
      subject: fieldSubject(field.key),
      label: field.label,
      needsJudgement: field.needs_judgement,
      reasons: view.field_reasons,
      judgement: field.judgement,
    })),
    ...view.slots.map((slot) => ({
      subject: slotSubject(slot.key),
      label: slot.label,
      needsJudgement: slot.needs_judgement,
      reasons: slot.reasons,
      judgement: slot.judgement,
    })),
  ]
}

export function reasonText(reasons: Reason[], code: string | null, note: string | null): string {
  const label = reasons.find((reason) => reason.code === code)?.label
  return [label, note].filter((part) => part).join('：')
}

function photosOf(view: ReviewView): Map<string, string> {
  return new Map(
    view.slots.flatMap((slot) =>
      slot.parts.map((part) => [`${slot.label} ${part.label}`.trim(), part.photo?.id ?? ''] as const),
    ),
  )
}

/** What another person changed between two views, in plain lines; my own unsent judgements are not looked at. */
export function changesBetween(before: ReviewView, after: ReviewView): string[] {
  const lines: string[] = []
  if (before.state !== after.state) lines.push(`状态：${before.state_label} → ${after.state_label}`)
  if (before.holder?.name !== after.holder?.name) {
    lines.push(after.holder ? `现在由 ${after.holder.name} 领取` : '领取已放下')
  }
  const earlier = new Map(subjectsOf(before).map((each) => [each.subject, each]))
  for (const each of subjectsOf(after)) {
    const was = earlier.get(each.subject)?.judgement ?? null
    const is = each.judgement
    if (was?.verdict === is?.verdict && was?.reason_code === is?.reason_code && was?.note === is?.note) continue
    if (!is) lines.push(`“${each.label}”的判断已撤回`)
    else if (is.verdict === 'pass') lines.push(`“${each.label}”判为通过`)
    else lines.push(`“${each.label}”判为不通过（${reasonText(each.reasons, is.reason_code, is.note)}）`)
  }
  const shown = new Map(before.fields.map((field) => [field.key, field.display]))
  for (const field of after.fields) if (shown.get(field.key) !== field.display) lines.push(`“${field.label}”的内容改了`)
  const photos = photosOf(before)
  for (const [label, id] of photosOf(after)) if (photos.get(label) !== id) lines.push(`“${label}”换了照片`)
  const checked = new Map(before.checks.map((check) => [check.key, check]))
  for (const check of after.checks) {
    const was = checked.get(check.key)
    if (was?.found !== check.found || was?.note !== check.note) {
      lines.push(`核查“${check.label}”：${check.found === null ? '未填' : check.found ? '是' : '否'}`)
    }
  }
  const settled = new Map(before.rule_checks.map((check) => [check.key, check.settlement]))
  for (const { key, label, settlement: is } of after.rule_checks) {
    const was = settled.get(key) ?? null
    if (was?.kind !== is?.kind || was?.note !== is?.note) lines.push(`政策核对“${label}”：${is?.kind_label ?? '处理已撤销'}`)
  }
  if (before.age.confirmed_age_months !== after.age.confirmed_age_months) lines.push('确认的退休年龄改了')
  return lines
}
