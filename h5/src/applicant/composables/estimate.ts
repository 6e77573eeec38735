// 我什么时候能退休: what was asked stands in the page's address, so that it survives a reload, the way through WeChat and
// the code that a phone scans; the last one is also kept on this phone, to fill the form in again.
import type { LocationQuery } from 'vue-router'

import { answer, client } from '@api/client'
import type { Estimate } from '@api/views'

export type Category = Estimate['category']

export interface Asked {
  birth_month: string
  category: Category
  contribution_months: number
  chosen_month: string | null
}

const place = 'tuixiu:estimate'
const categories: Category[] = ['male', 'female_50', 'female_55']

/** What the address asks, or null when it asks nothing whole. */
export function askedIn(query: LocationQuery): Asked | null {
  const [birth, category, months, chosen] = ['birth_month', 'category', 'contribution_months', 'chosen_month'].map((name) => textIn(query, name))
  const known = categories.find((each) => each === category)
  if (birth === null || birth === undefined || known === undefined || months === null || months === undefined || !/^\d{1,4}$/.test(months)) return null
  return { birth_month: birth, category: known, contribution_months: Number(months), chosen_month: chosen ?? null }
}

export function queryOf(asked: Asked): Record<string, string> {
  const { chosen_month: chosen, ...rest } = asked
  return { ...rest, contribution_months: String(rest.contribution_months), ...(chosen === null ? {} : { chosen_month: chosen }) }
}

/** The law's answer, today. Raises ApiProblem. */
export function fetchEstimate(asked: Asked): Promise<Estimate> {
  const { chosen_month: chosen, ...rest } = asked
  return answer(client.GET('/api/estimate', { params: { query: { ...rest, ...(chosen === null ? {} : { chosen_month: chosen }) } } }))
}

/** What was asked last on this phone, or null. */
export function lastAsked(): Asked | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? 'null')
    return isRecord(kept) ? askedIn(kept as LocationQuery) : null
  } catch {
    return null // nothing kept, or not ours
  }
}

export function keepAsked(asked: Asked): void {
  try {
    localStorage.setItem(place, JSON.stringify(queryOf(asked)))
  } catch {
    // Storage is full or switched off: the form begins empty next time.
  }
}

function textIn(query: LocationQuery, name: string): string | null {
  const value = query[name]
  return typeof value === 'string' && value !== '' ? value : null
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
