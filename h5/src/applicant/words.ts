// How dates, sizes and lists are said. Dates are the office's: Asia/Shanghai, whatever the phone is set to.

const shanghaiOffsetMilliseconds = 8 * 60 * 60 * 1000

/** “11月24日 13:05” for an RFC 3339 moment. */
export function moment(text: string): string {
  const at = new Date(new Date(text).getTime() + shanghaiOffsetMilliseconds)
  if (Number.isNaN(at.getTime())) return ''
  const minutes = String(at.getUTCMinutes()).padStart(2, '0')
  return `${String(at.getUTCMonth() + 1)}月${String(at.getUTCDate())}日 ${String(at.getUTCHours())}:${minutes}`
}

/** “2026年12月8日” for a date, “2026年12月” for a month. */
export function day(text: string): string {
  const found = /^(\d{4})-(\d{2})(?:-(\d{2}))?/.exec(text)
  if (found === null) return text
  const [, year, month, date] = found
  return `${String(year)}年${String(Number(month))}月${date === undefined ? '' : `${String(Number(date))}日`}`
}

/** The office's date, YYYY-MM-DD. */
export function todayIso(): string {
  return new Date(Date.now() + shanghaiOffsetMilliseconds).toISOString().slice(0, 10)
}

/** “320 KB” or “1.2 MB”. */
export function size(bytes: number): string {
  return bytes < 1_000_000 ? `${String(Math.max(1, Math.round(bytes / 1000)))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** “2026年11月24日”: today at the office. */
export function today(): string {
  return day(new Date(Date.now() + shanghaiOffsetMilliseconds).toISOString().slice(0, 10))
}

/** “60岁5个月” for 725 months. */
export function age(months: number): string {
  const [years, rest] = [Math.floor(months / 12), months % 12]
  return rest === 0 ? `${String(years)}岁` : `${String(years)}岁${String(rest)}个月`
}

/** “ 5 个月” up to a year, then “ 2 年 6 个月”: with a space before, to stand behind words. */
export function lengthOf(months: number): string {
  const [years, rest] = [Math.floor(months / 12), months % 12]
  return `${years === 0 ? '' : ` ${String(years)} 年`}${rest === 0 && years > 0 ? '' : ` ${String(rest)} 个月`}`
}
