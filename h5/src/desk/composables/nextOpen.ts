/** The next thing of a case that still waits for the clerk, and the focus on it: so that the whole is done by keys. */
import { nextTick } from 'vue'

import { placeOf } from '../subjects'
import type { ReviewView } from '../types'

/** Puts the focus on the first control in there that can be used. */
function focusIn(place: Element | null | undefined, wanted = 'button:not(:disabled), input:not(:disabled), textarea'): boolean {
  const control = place?.querySelector<HTMLElement>(wanted)
  if (!control) return false
  control.scrollIntoView({ block: 'center' })
  control.focus()
  return true
}

/**
 * What is not a field or a photo: absences to decide, rules, checks, the age, then the decision. A case that is to be
 * returned waits for the first of these alone.
 */
export function focusNextOpen(view: ReviewView, answered: (checkKey: string) => boolean, isAged: boolean, isToReturn: boolean): void {
  const untold = view.slots.find((slot) => slot.absence && document.getElementById(placeOf(`slot:${slot.key}`)) && slot.needs_judgement)
  const rule = view.rule_checks.find((check) => check.is_open)
  const check = view.checks.find((each) => !answered(each.key))
  void nextTick(() => {
    if (untold && focusIn(document.getElementById(placeOf(`slot:${untold.key}`)))) return
    if (isToReturn && focusIn(document.querySelector('[data-testid="acts"]'), '[data-testid="action-return"], [data-testid="action-ask-return"]')) return
    if (rule && focusIn(document.getElementById(`rule-${rule.key}`), '[data-testid$="-confirm"], textarea, [data-testid$="-override"]')) return
    if (check && focusIn(document.getElementById(`check-${check.key}`), 'input[type="radio"]')) return
    if (!isAged && focusIn(document.querySelector('[data-testid="age-confirm"]')?.parentElement, '[data-testid="age-confirm"]')) return
    const acts = document.querySelector('[data-testid="acts"]')
    if (!focusIn(acts, '.el-button--primary, .el-button--danger')) focusIn(acts)
  })
}
