// The control that draws each type of question. A type without one does not compile.
import { defineAsyncComponent, type Component } from 'vue'

import type { Areas, AnswerValue, Question, QuestionType } from '@api/views'

import ChoiceAnswer from './ChoiceAnswer.vue'
import DateAnswer from './DateAnswer.vue'
import GroupedInput from './GroupedInput.vue'
import MonthAnswer from './MonthAnswer.vue'
import NumberAnswer from './NumberAnswer.vue'
import TextAnswer from './TextAnswer.vue'

/** Brings the country's places, which nothing else needs. */
const AreaAnswer = defineAsyncComponent(() => import('./AreaAnswer.vue'))

export interface Control {
  is: Component
  /** What this type's control wants beside id, modelValue, invalid and describedBy. */
  props: Record<string, unknown>
  /** Several things to tap or fill: it is a group with a name of its own, not one field for one label. */
  isGroup: boolean
}

const field = (is: Component, props: Record<string, unknown>): Control => ({ is, props, isGroup: false })
const group = (is: Component, question: Question, props: Record<string, unknown> = {}): Control => ({ is, props: { label: question.label, ...props }, isGroup: true })

const controls: Record<QuestionType, (question: Question, areas: Areas | null) => Control> = {
  text: () => field(TextAnswer, { kind: 'text' }),
  name: () => field(TextAnswer, { kind: 'name' }),
  address: () => field(TextAnswer, { kind: 'address' }),
  // Longer than a right one may be, so that a digit too many can be seen and said.
  id_number: () => field(GroupedInput, { groups: [6, 4, 4, 4], maxLength: 20, inputmode: 'text' }),
  phone: () => field(GroupedInput, { groups: [3, 4], maxLength: 13, inputmode: 'tel', autocomplete: 'tel-national' }),
  bank_account: () => field(GroupedInput, { groups: [4], maxLength: 24, inputmode: 'numeric' }),
  months: (question) => field(NumberAnswer, { kind: 'months', unit: question.unit || '个月' }),
  money: (question) => field(NumberAnswer, { kind: 'money', unit: question.unit || '元' }),
  postcode: () => field(NumberAnswer, { kind: 'postcode', unit: '' }),
  choice: (question) => group(ChoiceAnswer, question, { choices: question.choices ?? [] }),
  yes_no: (question) => group(ChoiceAnswer, question, { choices: question.choices ?? [] }),
  month: (question) => group(MonthAnswer, question, { firstYear: question.first_year, lastYear: question.last_year }),
  date: (question) => group(DateAnswer, question, { example: question.example }),
  area: (question, areas) => group(AreaAnswer, question, { areas }),
}

export function controlOf(question: Question, areas: Areas | null): Control {
  return controls[question.type](question, areas)
}

/** An answer as the control of its type holds it: a place as it is, the rest as text, nothing typed as none. */
export function heldBy(question: Question, value: AnswerValue): unknown {
  if (question.type === 'area') return typeof value === 'object' ? value : null
  const text = value === null || typeof value === 'object' ? '' : String(value)
  return text === '' && controlOf(question, null).isGroup ? null : text
}
