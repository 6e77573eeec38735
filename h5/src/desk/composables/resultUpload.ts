/** Sends one result file straight to the store: announced with its SHA-256, posted with progress, then verified by the server. */
import { newKey } from '@api/client'
import { sendFile } from '@api/upload'
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'

import { announceResult, completeResult } from '../calls/departments'
import { trouble, troubleOf, type Trouble } from '../troubles'
import type { ItemView } from '../types'

export const RESULT_TYPES = ['application/pdf', 'image/jpeg', 'image/png']

/** Characters the server takes of a name; the end of it says more than its beginning. */
const NAME_MOST = 120

async function sha256Of(file: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer())
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export interface ResultUpload {
  /** Whole percents while a file is on its way, else null. */
  percent: Ref<number | null>
  fileName: Ref<string>
  problem: ShallowRef<Trouble | null>
  upload: (file: File) => Promise<ItemView | null>
}

export function useResultUpload(itemId: string): ResultUpload {
  const percent = ref<number | null>(null)
  const fileName = ref('')
  const problem = shallowRef<Trouble | null>(null)

  async function upload(file: File): Promise<ItemView | null> {
    problem.value = null
    if (!RESULT_TYPES.includes(file.type)) {
      problem.value = trouble(`“${file.name}”不能作为结果文件`, [{ text: '请选 PDF 文件，或 JPEG、PNG 图片。', target: 'result-file' }])
      return null
    }
    fileName.value = file.name
    percent.value = 0
    try {
      const ticket = await announceResult(itemId, {
        name: file.name.slice(-NAME_MOST),
        content_type: file.type,
        bytes: file.size,
        sha256: await sha256Of(file),
      })
      await sendFile(ticket.url, ticket.fields, file, (now) => {
        percent.value = now
      })
      return await completeResult(itemId, ticket.result_id, newKey())
    } catch (thrown) {
      const said = troubleOf(thrown)
      problem.value = trouble(`“${file.name}”没有传上去`, [{ text: said.title, target: 'result-file' }, ...said.lines])
      return null
    } finally {
      percent.value = null
    }
  }

  return { percent, fileName, problem, upload }
}
