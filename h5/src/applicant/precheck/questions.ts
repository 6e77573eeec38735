// The five questions of the pre-check, in the words the case's own questions use.
import type { Choice } from '@api/views'

import type { PrecheckKey } from '../composables/precheck'

export interface PrecheckQuestion {
  key: PrecheckKey
  step: string
  title: string
  help: string
  missing: string
  /** Empty for the month. */
  choices: Choice[]
}

export const FIRST_YEAR = 1950
export const LAST_YEAR = 2000

const choice = (value: string, label: string, help = ''): Choice => ({ value, label, help })

export const PRECHECK_QUESTIONS: readonly PrecheckQuestion[] = [
  {
    key: 'birth_month',
    step: '出生',
    title: '您是哪一年哪一月出生的？',
    help: '照身份证上的出生年月选。',
    missing: '请选出生的年和月',
    choices: [],
  },
  {
    key: 'category',
    step: '岗位',
    title: '您是哪一种职工？',
    help: '女职工原来 50 岁还是 55 岁退休，看退休前的岗位。',
    missing: '请选您是哪一种职工',
    choices: [
      choice('male', '男职工'),
      choice('female_50', '女职工，工人岗位', '原来 50 岁退休'),
      choice('female_55', '女职工，干部岗位', '就是管理岗位、技术岗位，原来 55 岁退休'),
      choice('female_unsure', '女职工，说不准', '两种都算给您看，窗口查了档案再定'),
    ],
  },
  {
    key: 'retirement_type',
    step: '类型',
    title: '您办哪一种退休？',
    help: '大多数人都是“到年龄正常退休”。',
    missing: '请选办哪一种退休',
    choices: [
      choice('normal', '到年龄正常退休', '不清楚就选这一种'),
      choice('special', '特殊工种提前退休', '做过井下、高温、高空、特别繁重或有害健康的工作'),
      choice('disability', '因病或非因工致残', '经劳动能力鉴定，完全不能工作'),
    ],
  },
  {
    key: 'wants_only_child_reward',
    step: '奖励金',
    title: '要申请独生子女父母奖励金吗？',
    help: '只有一个孩子，或没有孩子的，可以申请。',
    missing: '请选要不要申请奖励金',
    choices: [choice('yes', '要申请'), choice('no', '不申请')],
  },
  {
    key: 'has_housing_fund',
    step: '公积金',
    title: '您有住房公积金吗？',
    help: '有的话，退休后可以把余额全部取出来。不清楚可以问单位的财务。',
    missing: '请选有没有住房公积金',
    choices: [choice('yes', '有'), choice('no', '没有')],
  },
]

/** The question of a step, counted from one; the router lets no other step through. */
export function questionAt(step: number): PrecheckQuestion {
  const found = PRECHECK_QUESTIONS[step - 1]
  if (found === undefined) throw new RangeError(`no step ${String(step)}`)
  return found
}
