// The published guide: fetched once, shared by every page.
import { reactive } from 'vue'

import { answer, client } from '@api/client'
import type { Areas, Guide, ServiceGuide } from '@api/views'
import { asProblem, type ApiProblem } from '@api/problem'

interface GuideState {
  guide: Guide | null
  problem: ApiProblem | null
}

const state = reactive<GuideState>({ guide: null, problem: null })
let asking: Promise<void> | null = null

/** The guide, null until it has come. Every caller shares one request; a failed one is tried again by the next. */
export function useGuide(): GuideState {
  if (state.guide === null && asking === null) void loadGuide()
  return state
}

export function loadGuide(): Promise<void> {
  asking ??= ask().finally(() => {
    asking = null
  })
  return asking
}

async function ask(): Promise<void> {
  try {
    state.guide = await answer(client.GET('/api/guide'))
    state.problem = null
  } catch (thrown) {
    state.problem = asProblem(thrown)
  }
}

let areas: Areas | null = null

/** The district's own towns, that head the list of areas. Raises ApiProblem. */
export async function districtAreas(): Promise<Areas> {
  areas ??= await answer(client.GET('/api/guide/areas'))
  return areas
}

/** The published service guide, with its number and date. Raises ApiProblem. */
export async function serviceGuide(): Promise<ServiceGuide> {
  return answer(client.GET('/api/guide/service'))
}
