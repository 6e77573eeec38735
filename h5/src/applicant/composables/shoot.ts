// A phone that scanned the counter's code: what it may see of the case, asked again now and then, without an account.
import { computed, onBeforeUnmount, onMounted, reactive, ref, type ComputedRef } from 'vue'

import { answer, client, ifMatch, rememberShootCode } from '@api/client'
import { asProblem, type ApiProblem } from '@api/problem'
import type { ShootView } from '@api/views'

import { refreshOtherwise } from './case'
import { openQueue } from './uploads'

const pollMilliseconds = 10_000

interface ShootState {
  view: ShootView | null
  problem: ApiProblem | null
}

export interface Shoot {
  state: ShootState
  minutesLeft: ComputedRef<number>
  /** The code is over or was ended; what is on its way may still arrive. */
  isOver: ComputedRef<boolean>
  load: () => Promise<void>
  sign: (pngBase64: string, strokes: number) => Promise<void>
}

export function useShoot(code: string): Shoot {
  const state = reactive<ShootState>({ view: null, problem: null })
  const now = ref(Date.now())
  const isOver = computed(() => state.problem?.code === 'shoot-link-gone' || (state.view !== null && Date.parse(state.view.expires_at) <= now.value))
  const minutesLeft = computed(() => (state.view === null ? 0 : Math.max(0, Math.ceil((Date.parse(state.view.expires_at) - now.value) / 60_000))))
  let timer = 0

  async function load(): Promise<void> {
    try {
      take(await answer(client.GET('/api/shoot')))
    } catch (thrown) {
      state.problem = asProblem(thrown)
    }
  }

  function take(view: ShootView): void {
    state.view = view
    state.problem = null
    refreshOtherwise(view.case_id, load)
  }

  async function sign(pngBase64: string, strokes: number): Promise<void> {
    const version = state.view?.version ?? 0
    take(await answer(client.PUT('/api/shoot/signature', { headers: ifMatch(version), body: { png_base64: pngBase64, strokes } })))
  }

  onMounted(() => {
    rememberShootCode(code)
    void openQueue(`shoot:${code}`)
    void load()
    timer = window.setInterval(() => {
      now.value = Date.now()
      if (!document.hidden && !isOver.value) void load()
    }, pollMilliseconds)
  })
  onBeforeUnmount(() => {
    window.clearInterval(timer)
    rememberShootCode(null)
    if (state.view !== null) refreshOtherwise(state.view.case_id, null)
  })

  return { state, minutesLeft, isOver, load, sign }
}
