/**
 * Signs out a desk that nobody touches. The pages poll, so the server alone would never see an idle desk:
 * the clock runs from the last key, click or move of the mouse.
 */
import { onScopeDispose, ref, type Ref } from 'vue'

const SIGNS_OF_LIFE = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const
const WARNING_SECONDS = 120
const TICK_MS = 1000

export interface IdleWatch {
  /** Seconds until the desk closes, or null while there is no need to say so. */
  secondsLeft: Ref<number | null>
}

export function useIdle(minutes: () => number, isOn: () => boolean, whenIdle: () => void): IdleWatch {
  const secondsLeft = ref<number | null>(null)
  let lastTouched = Date.now()

  const touch = (): void => {
    lastTouched = Date.now()
    if (secondsLeft.value !== null) secondsLeft.value = null
  }
  const tick = (): void => {
    if (!isOn()) {
      touch()
      return
    }
    const left = minutes() * 60 - (Date.now() - lastTouched) / 1000
    if (left <= 0) {
      touch()
      whenIdle()
    } else secondsLeft.value = left <= WARNING_SECONDS ? Math.ceil(left) : null
  }

  for (const sign of SIGNS_OF_LIFE) window.addEventListener(sign, touch, { passive: true })
  const timer = window.setInterval(tick, TICK_MS)
  onScopeDispose(() => {
    window.clearInterval(timer)
    for (const sign of SIGNS_OF_LIFE) window.removeEventListener(sign, touch)
  })
  return { secondsLeft }
}
