// The person's home: the open case, the closed ones, the messages. Asked anew on every visit.
import { onBeforeUnmount, onMounted, reactive } from 'vue'

import { answer, client } from '@api/client'
import type { Home } from '@api/views'
import { asProblem, type ApiProblem } from '@api/problem'

import { noteReached, noteUnreachable, whenBackOnline } from './network'
import { noteProblem } from './session'

interface HomeState {
  home: Home | null
  problem: ApiProblem | null
}

const state = reactive<HomeState>({ home: null, problem: null })

export function useHome(): { state: HomeState; load: () => Promise<void> } {
  let stop = (): void => undefined
  onMounted(() => {
    void load()
    stop = whenBackOnline(() => void load())
  })
  onBeforeUnmount(() => { stop() })
  return { state, load }
}

async function load(): Promise<void> {
  try {
    state.home = await answer(client.GET('/api/filing/home'))
    state.problem = null
    noteReached()
  } catch (thrown) {
    const problem = noteProblem(asProblem(thrown))
    if (problem.isOffline) noteUnreachable()
    state.problem = problem
  }
}
