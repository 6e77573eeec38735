/** Who is signed in at this desk. One session for the whole page; the server's cookie is the truth. */
import { rememberCsrfToken } from '@api/client'
import { ApiProblem } from '@api/problem'
import { computed, ref } from 'vue'

import * as identity from '../calls/identity'
import type { Role, Session } from '../types'
import { clearCounterPhotos } from '../../photoShelf'
import { forgetDrafts } from './drafts'

/** Undefined until the server was asked once, null when nobody is signed in. */
const session = ref<Session | null | undefined>(undefined)

const staff = computed(() => session.value?.staff ?? null)
const role = computed<Role | null>(() => staff.value?.role ?? null)
/** Kept after the session ended, so that the sign-in page can say how long nobody was here. */
const idleMinutes = ref(30)

function remember(next: Session | null): void {
  session.value = next
  if (!next) return
  rememberCsrfToken(next.csrf_token)
  idleMinutes.value = next.idle_minutes ?? idleMinutes.value
}

/** Asks the server who this is, once; later calls answer from memory. */
async function ensureAsked(): Promise<void> {
  if (session.value !== undefined) return
  try {
    remember(await identity.currentSession())
  } catch (thrown) {
    if (!(thrown instanceof ApiProblem) || thrown.status !== 401) throw thrown
    remember(null)
    await clearCounterPhotos() // its session ended without a word
  }
}

async function signIn(username: string, password: string): Promise<void> {
  remember(await identity.signIn(username, password))
}

/** Leaves the desk. What was written but not sent goes too, unless the desk closes by itself. */
async function signOut({ keepDrafts = false } = {}): Promise<void> {
  if (!keepDrafts) forgetDrafts()
  try {
    await identity.signOut()
  } finally {
    remember(null)
    await clearCounterPhotos() // a sitting at the counter ended with it
  }
}

/** The server no longer knows this session; drafts stay for the same person's return. */
function forget(): void {
  session.value = null
  void clearCounterPhotos()
}

export function useSession() {
  return { session, staff, role, idleMinutes, ensureAsked, signIn, signOut, forget }
}
