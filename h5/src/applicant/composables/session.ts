// Who is using this phone: one shared state, asked once, asked again when the server says “not signed in”.
import { reactive, readonly } from 'vue'

import { answer, client, rememberCsrfToken } from '@api/client'
import { asProblem, type ApiProblem } from '@api/problem'
import type { CounterSeat } from '@api/views'

import { ofACounter } from '../../photoShelf'

interface SessionState {
  status: 'asking' | 'signed-in' | 'signed-out' | 'unreachable'
  problem: ApiProblem | null
  /** Whether what we push reaches her; null until we know. */
  follows: boolean | null
  /** A stable name of who is here, for what she leaves on the phone; null until we know. */
  owner: string | null
  /** A clerk fills in at the counter: for whom. */
  counter: CounterSeat | null
}

const state = reactive<SessionState>({ status: 'asking', problem: null, follows: null, owner: null, counter: null })

export const session = readonly(state) as Readonly<SessionState>

/** Asks the server who this is. */
export async function askWhoIsHere(): Promise<void> {
  try {
    const known = await answer(client.GET('/api/identity/session'))
    rememberCsrfToken(known.csrf_token)
    state.counter = known.counter ?? null
    state.status = known.kind === 'applicant' || state.counter !== null ? 'signed-in' : 'signed-out'
    state.problem = null
    state.follows = known.person?.follows ?? null
    state.owner = ownerOf(known.person?.id, state.counter?.case_id)
  } catch (thrown) {
    signedOutBy(asProblem(thrown))
  }
}

function ownerOf(personId: string | undefined, counterCaseId: string | undefined): string | null {
  if (counterCaseId !== undefined) return `${ofACounter}${counterCaseId}`
  return personId === undefined ? null : `person:${personId}`
}

/** Takes note of a refusal that means the session is over; every page hands its problems here first. */
export function noteProblem(problem: ApiProblem): ApiProblem {
  if (problem.isNotSignedIn) void askWhoIsHere()
  return problem
}

function signedOutBy(problem: ApiProblem): void {
  if (!problem.isNotSignedIn) {
    state.status = 'unreachable'
    state.problem = problem
    return
  }
  state.problem = problem
  state.counter = null
  state.status = 'signed-out'
}

export function isInWeChat(): boolean {
  return /MicroMessenger/i.test(navigator.userAgent)
}

/** In WeChat: leaves for its sign-in, with the page to come back to. Open pages can be read without. */
export function signInByWeChat(): void {
  if (!isInWeChat()) return
  const signIn = state.problem?.fact('sign_in_path') ?? '/api/identity/wechat/start'
  const here = window.location.pathname + window.location.search
  window.location.replace(`${signIn}?next=${encodeURIComponent(here)}`)
}
