// What a page of slots needs to act on them: photos picked, tried again, taken away, declared missing.
import { reactive } from 'vue'

import { asProblem, type ApiProblem } from '@api/problem'

import { noteProblem } from './session'
import type { Sought } from '../queue/kept'
import { declareAbsent, removePhoto, withdrawAbsence } from './given'
import { forget, insist, noteSeen, tryAgain, upload, uploadOf, type Upload } from './uploads'

export interface SlotActions {
  /** The slot whose absence is being saved, and what was said about the last try. */
  absence: { busy: string | null; troubles: Map<string, string> }
  uploadOf: (slotKey: string, partKey: string) => Upload | null
  pick: (slotKey: string, partKey: string, kind: string | null, file: File, sought: Sought) => void
  insist: (slotKey: string, partKey: string) => void
  retry: (slotKey: string, partKey: string) => void
  seen: (slotKey: string, partKey: string) => void
  forget: (slotKey: string, partKey: string) => void
  remove: (photoId: string) => Promise<void>
  declareAbsent: (slotKey: string, reason: string) => Promise<void>
  withdrawAbsence: (slotKey: string) => Promise<void>
}

/** Actions on the slots of a case. `refused` is told of what concerns the whole page. */
export function useSlots(caseId: string, refused: (problem: ApiProblem) => void): SlotActions {
  const absence = reactive({ busy: null as string | null, troubles: new Map<string, string>() })

  async function guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (thrown) {
      refused(noteProblem(asProblem(thrown)))
    }
  }

  return {
    absence,
    uploadOf: (slotKey, partKey) => uploadOf(caseId, slotKey, partKey),
    pick: (slotKey, partKey, kind, file, sought) => { upload(caseId, slotKey, partKey, kind, file, sought) },
    insist: (slotKey, partKey) => { insist(caseId, slotKey, partKey) },
    seen: (slotKey, partKey) => { noteSeen(caseId, slotKey, partKey) },
    retry: (slotKey, partKey) => { tryAgain(caseId, slotKey, partKey) },
    forget: (slotKey, partKey) => { forget(caseId, slotKey, partKey) },
    remove: (photoId) => guarded(() => removePhoto(caseId, photoId)),
    withdrawAbsence: (slotKey) => guarded(() => withdrawAbsence(caseId, slotKey)),
    declareAbsent: async (slotKey, reason) => {
      absence.busy = slotKey
      absence.troubles.delete(slotKey)
      try {
        await declareAbsent(caseId, slotKey, reason)
      } catch (thrown) {
        absence.troubles.set(slotKey, noteProblem(asProblem(thrown)).detail)
      } finally {
        absence.busy = null
      }
    },
  }
}
