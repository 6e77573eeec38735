/** How the desk says times, ages, clocks and roles. No rule lives here, only wording. */
import type { ClockColour, Department, Role } from './types'

const SHANGHAI = 'Asia/Shanghai'

const partsOf = new Intl.DateTimeFormat('zh-CN', {
  timeZone: SHANGHAI,
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

interface ShanghaiParts {
  year: string
  month: string
  day: string
  hour: string
  minute: string
}

function shanghai(moment: Date): ShanghaiParts {
  const found: Record<string, string> = {}
  for (const part of partsOf.formatToParts(moment)) found[part.type] = part.value
  return {
    year: found.year ?? '',
    month: found.month ?? '',
    day: found.day ?? '',
    hour: found.hour ?? '',
    minute: found.minute ?? '',
  }
}

/** “11月24日 14:03”, with the year when it is not the year of `now`. */
export function momentText(moment: string | null | undefined, now = new Date()): string {
  if (!moment) return ''
  const at = shanghai(new Date(moment))
  const year = at.year === shanghai(now).year ? '' : `${at.year}年`
  return `${year}${at.month}月${at.day}日 ${at.hour}:${at.minute}`
}

/** “14:03” when it is today in Shanghai, else with the day. */
export function clockTimeText(moment: string, now = new Date()): string {
  const at = shanghai(new Date(moment))
  const today = shanghai(now)
  const sameDay = at.year === today.year && at.month === today.month && at.day === today.day
  return sameDay ? `${at.hour}:${at.minute}` : momentText(moment, now)
}

/** “11月24日” of a plain date YYYY-MM-DD. */
export function dateText(date: string | null | undefined): string {
  if (!date) return ''
  const [year, month, day] = date.split('-')
  const thisYear = shanghai(new Date()).year
  const prefix = year === thisYear ? '' : `${year ?? ''}年`
  return `${prefix}${String(Number(month))}月${String(Number(day))}日`
}

/** “2026年11月” of a month YYYY-MM. */
export function monthText(month: string): string {
  const [year, number] = month.split('-')
  return `${year ?? ''}年${String(Number(number))}月`
}

/** “63 岁 2 个月” of an age in months. */
export function ageText(months: number | null | undefined): string {
  if (months === null || months === undefined) return ''
  const rest = months % 12
  return rest === 0 ? `${String(months / 12)} 岁` : `${String(Math.floor(months / 12))} 岁 ${String(rest)} 个月`
}

/** “8:05” of a number of seconds left. */
export function countdownText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  return `${String(Math.floor(whole / 60))}:${String(whole % 60).padStart(2, '0')}`
}

/** The time limit in words: “剩 6 个工作日”, “已超 2 个工作日”. */
export function daysLeftText(daysLeft: number | null): string {
  if (daysLeft === null) return '未计时'
  if (daysLeft < 0) return `已超 ${String(-daysLeft)} 个工作日`
  if (daysLeft === 0) return '今天到期'
  return `剩 ${String(daysLeft)} 个工作日`
}

export const CLOCK_WORDS: Record<ClockColour, string> = {
  green: '正常',
  amber: '临期',
  red: '超期',
}

export const ROLE_WORDS: Record<Role, string> = {
  clerk: '窗口人员',
  supervisor: '窗口主管',
  officer: '部门经办',
  oversight: '督查',
  administrator: '管理员',
}

/** The departments an officer's account can belong to, by the server's code. */
export const DEPARTMENT_WORDS: Record<Department, string> = {
  social_security: '区人社局',
  medical_insurance: '区医保局',
  health: '区卫健局',
  housing_fund: '公积金屈原管理部',
}

/** “1.2 MB” of a number of bytes. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${String(bytes)} 字节`
  if (bytes < 1_000_000) return `${String(Math.round(bytes / 1000))} KB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** The states of a case in the overseer's order and words. */
export const STATE_WORDS: readonly (readonly [string, string])[] = [
  ['submitted', '等待审核'],
  ['in_review', '窗口审核中'],
  ['return_asked', '请主管同意再次退回'],
  ['returned', '等申请人补正'],
  ['waiting', '等先办好他处的事'],
  ['reviewed', '等主管同意'],
  ['approved', '已转各部门'],
  ['processing', '部门办理中'],
  ['completed', '已办结'],
  ['refused', '不予受理'],
  ['withdrawn', '已撤回'],
]

/** Where a routed item stands, and how it ended. */
export const ITEM_STATE_WORDS: Record<string, string> = {
  self_filed: '申请人自己去办',
  routed: '已转部门，等待接收',
  accepted: '部门办理中',
  decided: '已有结果',
}

export const OUTCOME_WORDS: Record<string, string> = {
  granted: '已批准',
  denied: '没有批准',
  done_elsewhere: '已在“岳阳住房公积金”办结',
}

const SUBJECT_WORDS: Record<string, string> = {
  id_number: '身份证号',
  phone: '手机号码',
  bank_account: '银行账号',
  photo: '照片',
  slot: '材料',
  result: '结果文件',
  authorisation: '授权委托书',
}

const LONG_ID = /^[0-9a-f-]{36}$/

/** What an act or a look was about: “身份证号、手机号码”, “照片 3f2a91c0”. */
export function subjectText(subject: string | null): string {
  if (!subject) return ''
  return subject
    .split(',')
    .map((each) => {
      const [kind = '', of = ''] = each.split(':')
      return [SUBJECT_WORDS[kind] ?? kind, LONG_ID.test(of) ? of.slice(0, 8) : of].filter((part) => part).join(' ')
    })
    .join('、')
}
