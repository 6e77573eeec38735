// Answers the server has not accepted yet, kept on the phone so that closing the page loses nothing.
import type { AnswerValue } from '@api/views'

export type Answers = Record<string, AnswerValue>

const prefix = 'tuixiu:draft:'
const memory = new Map<string, string>() // for phones that switch storage off

/** Keeps a page's unsent answers. */
export function keepDraft(caseId: string, pageKey: string, answers: Answers): void {
  write(prefix + caseId + ':' + pageKey, JSON.stringify(answers))
}

/** The unsent answers of a page, or null. */
export function draftOf(caseId: string, pageKey: string): Answers | null {
  return parsed(read(prefix + caseId + ':' + pageKey))
}

/** The server has them: forget ours. */
export function dropDraft(caseId: string, pageKey: string): void {
  remove(prefix + caseId + ':' + pageKey)
}

/** Forgets every unsent answer of a case. */
export function dropDrafts(caseId: string, pageKeys: string[]): void {
  pageKeys.forEach((key) => { dropDraft(caseId, key) })
}

/** Forgets the unsent answers of every case: this computer is the window's, and the next person comes. */
export function dropEveryDraft(): void {
  memory.clear()
  try {
    Object.keys(localStorage).filter((key) => key.startsWith(prefix)).forEach((key) => { localStorage.removeItem(key) })
  } catch {
    // Nothing was kept there.
  }
}

function parsed(text: string | null): Answers | null {
  if (text === null) return null
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Answers) : null
  } catch {
    return null // not ours: an older version's, or cut short
  }
}

function write(key: string, text: string): void {
  memory.set(key, text)
  try {
    localStorage.setItem(key, text)
  } catch {
    // Full or switched off: memory still has it while the page is open.
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key) ?? memory.get(key) ?? null
  } catch {
    return memory.get(key) ?? null
  }
}

function remove(key: string): void {
  memory.delete(key)
  try {
    localStorage.removeItem(key)
  } catch {
    // Nothing was kept there.
  }
}
