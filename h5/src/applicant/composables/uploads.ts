// The photos on their way: shrunk, announced, sent, checked by the server; each may be tried again by itself.
// They live here, not on a page, so turning a page does not stop one.
import { reactive } from 'vue'

import { answer, client, idempotent, newKey } from '@api/client'
import type { Slot, UploadTicket } from '@api/views'
import { ApiProblem, asProblem } from '@api/problem'
import { sendFile } from '@api/upload'

import { prepare, type PreparedPhoto } from '../materials/shrink'
import { sha256Hex } from '../materials/sha256'
import { refreshCase, takeSlot } from './case'
import { noteReached, noteUnreachable, whenBackOnline } from './network'
import { noteProblem } from './session'

/** What the capture coach saw in a photo, sent along with it. `insisted`: she was warned and gave it all the same. */
export interface CoachNote {
  scores: Record<string, number>
  warnings: string[]
  insisted: boolean
}

export interface Upload {
  stage: 'preparing' | 'sending' | 'checking' | 'failed' | 'waiting'
  percent: number
  /** An object URL of the photo, when this phone can show it. */
  preview: string | null
  trouble: string | null
}

interface Job {
  caseId: string
  slotKey: string
  partKey: string
  kind: string | null
  file: File
  coach: CoachNote | null
  prepared: PreparedPhoto | null
  /** A photo that the store already has, waiting only to be checked. */
  sent: { ticket: UploadTicket; key: string } | null
  shown: Upload
}

const jobs = reactive(new Map<string, Job>())

function keyOf(caseId: string, slotKey: string, partKey: string): string {
  return `${caseId}/${slotKey}/${partKey}`
}

/** How the photo of a part is doing, or null when none is on its way. */
export function uploadOf(caseId: string, slotKey: string, partKey: string): Upload | null {
  return jobs.get(keyOf(caseId, slotKey, partKey))?.shown ?? null
}

/** Starts sending a photo, with what the coach saw in it; a former one of the same part is given up. */
export function upload(caseId: string, slotKey: string, partKey: string, kind: string | null, file: File, coach: CoachNote | null): void {
  forget(caseId, slotKey, partKey)
  const key = keyOf(caseId, slotKey, partKey)
  jobs.set(key, { caseId, slotKey, partKey, kind, file, coach, prepared: null, sent: null, shown: { stage: 'preparing', percent: 0, preview: null, trouble: null } })
  void run(key)
}

export function tryAgain(caseId: string, slotKey: string, partKey: string): void {
  void run(keyOf(caseId, slotKey, partKey))
}

/** Gives up a photo that is on its way. */
export function forget(caseId: string, slotKey: string, partKey: string): void {
  const key = keyOf(caseId, slotKey, partKey)
  const job = jobs.get(key)
  if (job?.shown.preview) URL.revokeObjectURL(job.shown.preview)
  jobs.delete(key)
}

/** How many photos are still on their way. */
export function photosUnderWay(caseId: string): number {
  return [...jobs.values()].filter((job) => job.caseId === caseId && job.shown.stage !== 'failed').length
}

async function run(key: string): Promise<void> {
  const job = jobs.get(key)
  if (job === undefined) return
  const isCurrent = (): boolean => jobs.get(key) === job
  job.shown.trouble = null
  try {
    if (job.sent === null) await send(job)
    if (!isCurrent() || job.sent === null) return
    job.shown.stage = 'checking'
    const slot = await complete(job, job.sent)
    if (!isCurrent()) return
    takeSlot(job.caseId, slot)
    forget(job.caseId, job.slotKey, job.partKey)
    noteReached()
    await refreshCase(job.caseId) // the tasks and the version moved too
  } catch (thrown) {
    if (isCurrent()) fail(job, noteProblem(asProblem(thrown)))
  }
}

async function send(job: Job): Promise<void> {
  job.shown.stage = 'preparing'
  job.prepared ??= await prepare(job.file)
  if (job.prepared.showable) job.shown.preview ??= URL.createObjectURL(job.prepared.bytes)
  const { bytes, contentType } = job.prepared
  const ticket = await answer(
    client.POST('/api/filing/cases/{case_id}/photos', {
      params: { path: { case_id: job.caseId } },
      body: {
        slot_key: job.slotKey,
        part_key: job.partKey,
        ...(job.kind === null ? {} : { kind: job.kind }),
        content_type: contentType,
        bytes: bytes.size,
        sha256: await sha256Hex(await bytesOf(bytes)),
      },
    }),
  )
  job.shown.stage = 'sending'
  job.shown.percent = 0
  if (ticket.url !== null && ticket.fields !== null) await sendFile(ticket.url, ticket.fields, bytes, (percent) => { job.shown.percent = percent })
  job.sent = { ticket, key: newKey() }
}

function complete(job: Job, sent: { ticket: UploadTicket; key: string }): Promise<Slot> {
  return answer(
    client.POST('/api/filing/cases/{case_id}/photos/{photo_id}/completion', {
      params: { path: { case_id: job.caseId, photo_id: sent.ticket.photo_id } },
      headers: idempotent(sent.key),
    }),
  )
}

function fail(job: Job, problem: ApiProblem): void {
  if (problem.isOffline) {
    noteUnreachable()
    job.shown.stage = 'waiting'
    job.shown.trouble = '网络断开了，连上后自动再传。'
    return
  }
  if (problem.status < 500) job.sent = null // the store's copy was refused: the next try sends it anew
  job.shown.stage = 'failed'
  job.shown.trouble = problem.errors[0]?.detail ?? problem.detail
}

/** `Blob.arrayBuffer` is missing from older phones. */
function bytesOf(blob: Blob): Promise<ArrayBuffer> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => { resolve(reader.result as ArrayBuffer) }
    reader.onerror = () => { reject(new ApiProblem('unreadable-file', 0, '打不开这张照片', '手机打不开这张照片，请换一张，或重新拍。')) }
    reader.readAsArrayBuffer(blob)
  })
}

/** Removes a photo the server has. Raises ApiProblem. */
export async function removePhoto(caseId: string, photoId: string): Promise<void> {
  const slot = await answer(client.DELETE('/api/filing/cases/{case_id}/photos/{photo_id}', { params: { path: { case_id: caseId, photo_id: photoId } } }))
  takeSlot(caseId, slot)
  await refreshCase(caseId)
}

/** “我没有这个材料”, with the person's reason. Raises ApiProblem. */
export async function declareAbsent(caseId: string, slotKey: string, reason: string): Promise<void> {
  const slot = await answer(client.POST('/api/filing/cases/{case_id}/absences', { params: { path: { case_id: caseId } }, body: { slot_key: slotKey, reason } }))
  takeSlot(caseId, slot)
  await refreshCase(caseId)
}

/** She has it after all. Raises ApiProblem. */
export async function withdrawAbsence(caseId: string, slotKey: string): Promise<void> {
  const slot = await answer(client.DELETE('/api/filing/cases/{case_id}/absences/{slot_key}', { params: { path: { case_id: caseId, slot_key: slotKey } } }))
  takeSlot(caseId, slot)
  await refreshCase(caseId)
}

whenBackOnline(() => {
  jobs.forEach((job, key) => {
    if (job.shown.stage === 'waiting') void run(key)
  })
})
