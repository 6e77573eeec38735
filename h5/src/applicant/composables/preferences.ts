// How this person likes to read: elder mode (kept on the phone) and reading aloud (when the phone can).
import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

const elderKey = 'tuixiu:elder-mode'

const elder = ref(false)

/** Puts the kept preference on the page; called once at the start. */
export function restoreElderMode(): void {
  setElderMode(remembered() === 'on')
}

export function useElderMode(): { elder: Ref<boolean>; toggle: () => void } {
  return {
    elder,
    toggle: () => {
      setElderMode(!elder.value)
    },
  }
}

function setElderMode(on: boolean): void {
  elder.value = on
  document.documentElement.dataset['mode'] = on ? 'elder' : 'standard'
  try {
    localStorage.setItem(elderKey, on ? 'on' : 'off')
  } catch {
    // A phone that keeps nothing still shows the mode until the page is closed.
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(elderKey)
  } catch {
    return null // storage switched off by the phone's owner
  }
}

/** Reads the page's words aloud in Chinese. `available` stays false where the phone has no Chinese voice. */
export function useReadAloud(words: () => string): { available: Ref<boolean>; speaking: Ref<boolean>; toggle: () => void } {
  const available = ref(false)
  const speaking = ref(false)
  const speech = 'speechSynthesis' in window ? window.speechSynthesis : null

  const look = (): void => {
    available.value = speech?.getVoices().some((voice) => /^(zh|cmn)/i.test(voice.lang)) ?? false
  }
  const stop = (): void => {
    speech?.cancel()
    speaking.value = false
  }
  const toggle = (): void => {
    if (speech === null) return
    if (speaking.value) {
      stop()
      return
    }
    const utterance = new SpeechSynthesisUtterance(words())
    utterance.lang = 'zh-CN'
    utterance.rate = 0.85
    utterance.onend = stop
    utterance.onerror = stop
    speaking.value = true
    speech.speak(utterance)
  }

  onMounted(() => {
    look()
    speech?.addEventListener('voiceschanged', look)
  })
  onBeforeUnmount(() => {
    speech?.removeEventListener('voiceschanged', look)
    stop()
  })
  return { available, speaking, toggle }
}
