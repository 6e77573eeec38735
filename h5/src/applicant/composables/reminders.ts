// What she asked to be reminded of: one shared list, asked when the first page wants it, changed here only.
import { reactive } from 'vue'

import { answer, client } from '@api/client'
import type { Reminder } from '@api/views'
import { asProblem, type ApiProblem } from '@api/problem'

import type { Asked } from './estimate'
import { noteReached, noteUnreachable } from './network'
import { noteProblem } from './session'

export type ReminderKind = Reminder['kind']
export type ReminderAbout = { case_id: string } | Asked

interface RemindersState {
  reminders: Reminder[] | null
  problem: ApiProblem | null
}

const state = reactive<RemindersState>({ reminders: null, problem: null })

export function reminders(): RemindersState {
  return state
}

/** Fetches the list; the problem, if any, is left in the state. */
export function loadReminders(): Promise<void> {
  return attempt(async () => {
    state.reminders = (await answer(client.GET('/api/reminders'))).reminders
  })
}

/** Sets one, in place of another of its kind about the same case, or about none. */
export function setReminder(kind: ReminderKind, about: ReminderAbout): Promise<void> {
  return attempt(async () => {
    const made = await answer(client.PUT('/api/reminders/{kind}', { params: { path: { kind } }, body: about }))
    state.reminders = [...others(kind, made.case_id), made]
  })
}

export function cancelReminder(kind: ReminderKind, caseId: string | null): Promise<void> {
  return attempt(async () => {
    const query = caseId === null ? {} : { case_id: caseId }
    await answer(client.DELETE('/api/reminders/{kind}', { params: { path: { kind }, query } }))
    state.reminders = others(kind, caseId)
  })
}

function others(kind: ReminderKind, caseId: string | null): Reminder[] {
  return (state.reminders ?? []).filter((each) => each.kind !== kind || each.case_id !== caseId)
}

async function attempt(act: () => Promise<void>): Promise<void> {
  try {
    await act()
    state.problem = null
    noteReached()
  } catch (thrown) {
    const problem = noteProblem(asProblem(thrown))
    if (problem.isOffline) noteUnreachable()
    state.problem = problem
  }
}
