/** Single-key shortcuts of a page. They rest while a person types, holds a modifier, or has a dialog open. */
import { onScopeDispose } from 'vue'

export type Shortcuts = Record<string, (event: KeyboardEvent) => void>

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return target.type !== 'radio' && target.type !== 'checkbox'
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
}

/** Arrows are the control's own on a choice or a slider. */
function ownsArrows(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || (target instanceof HTMLElement && target.getAttribute('role') === 'tab')
}

function isDialogOpen(): boolean {
  return Array.from(document.querySelectorAll('[role="dialog"]')).some((each) => each.getClientRects().length > 0)
}

/** Keys are given in lower case, as `event.key` names them. While `isOn` says no, they are left to others. */
export function useShortcuts(shortcuts: Shortcuts, isOn: () => boolean = () => true): void {
  const listen = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if (!isOn() || event.defaultPrevented) return
    if (isTyping(event.target) || isDialogOpen()) return
    if (event.key.startsWith('Arrow') && ownsArrows(event.target)) return
    const act = shortcuts[event.key.toLowerCase()]
    if (!act) return
    event.preventDefault()
    act(event)
  }
  window.addEventListener('keydown', listen)
  onScopeDispose(() => {
    window.removeEventListener('keydown', listen)
  })
}
