// The photos on their way: kept on the phone first, then shrunk, announced, sent, checked by the server. Each goes on
// by itself after the page was killed, the network gone or the server down; it happens once however often it is tried.
// They live here, not on a page, so turning a page does not stop one.
import { reactive } from 'vue'

import { answer, client, idempotent, newKey } from '@api/client'
import type { PhotoAnnouncement, Slot } from '@api/views'
import { ApiProblem, asProblem } from '@api/problem'
import { sendFile } from '@api/upload'

import { prepare, typeOf } from '../materials/shrink'
import { sha256Hex } from '../materials/sha256'
import { clearOld, drop, isKept, keep, keptOf, type KeptPhoto } from '../queue/kept'
import { inTurn } from '../queue/turns'
import { caseState, refreshCase, takeSlot } from './case'
import { noteReached, noteUnreachable, whenBackOnline } from './network'
import { noteProblem } from './session'

/** What the capture coach saw in a photo, sent along with it. `insisted`: she was warned and gave it all the same. */
export type CoachNote = NonNullable<PhotoAnnouncement['coach']>

export interface Upload {
  stage: 'preparing' | 'sending' | 'checking' | 'failed' | 'waiting'
  percent: number
  /** An object URL of the photo, when this phone can show it. */
  preview: string | null
  trouble: string | null
  /** False when this phone keeps nothing: the page must stay open until the photo is sent. */
  kept: boolean
}

/** A photo that the server does not have yet: for naming it, and for the way to it. */
export interface Unfinished {
  slotKey: string
  partKey: string
  upload: Upload
}

interface Job {
  photo: KeptPhoto
  shown: Upload
  running: boolean
  /** Tries since something moved: each waits longer than the one before. */
  tries: number
}

const atOnce = 2
const longestWaitSeconds = 60
const lost = new Set(['photo-not-arrived', 'photo-changed', 'not-found'])

const jobs = reactive(new Map<string, Job>())
let owner = ''
let working = 0
const queueing: (() => void)[] = []

function keyOf(caseId: string, slotKey: string, partKey: string): string {
  return `${caseId}/${slotKey}/${partKey}`
}

function placeOf(photo: KeptPhoto): string {
  return keyOf(photo.caseId, photo.slotKey, photo.partKey)
}

/** How the photo of a part is doing, or null when none is on its way. */
export function uploadOf(caseId: string, slotKey: string, partKey: string): Upload | null {
  return jobs.get(keyOf(caseId, slotKey, partKey))?.shown ?? null
}

/**
 * Keeps a photo on the phone and starts sending it, with what the coach saw in it; a former one of the same part is
 * given up. A PDF is a photo of several pages.
 */
export function upload(caseId: string, slotKey: string, partKey: string, kind: string | null, file: File, coach: CoachNote | null): void {
  forget(caseId, slotKey, partKey)
  const photo: KeptPhoto = {
    ...{ id: newKey(), owner, caseId, slotKey, partKey, kind, coach, pickedAt: Date.now() },
    ...{ bytes: new ArrayBuffer(0), contentType: typeOf(file), showable: false, sha256: null, sentAs: null, refused: null },
  }
  const job = added(photo)
  void takeIn(job, file)
}

/** Tries a photo again that stopped. */
export function tryAgain(caseId: string, slotKey: string, partKey: string): void {
  const job = jobs.get(keyOf(caseId, slotKey, partKey))
  if (job === undefined) return
  job.tries = 0
  void run(job)
}

/** Gives up a photo that is on its way. */
export function forget(caseId: string, slotKey: string, partKey: string): void {
  const job = jobs.get(keyOf(caseId, slotKey, partKey))
  if (job !== undefined) void finished(job)
}

/** How many photos are still on their way. */
export function photosUnderWay(caseId: string): number {
  return unfinishedOf(caseId).filter((each) => each.upload.stage !== 'failed').length
}

/** The photos of a case that the server does not have yet, those that failed among them. */
export function unfinishedOf(caseId: string): Unfinished[] {
  return [...jobs.values()]
    .filter((job) => job.photo.caseId === caseId)
    .map((job) => ({ slotKey: job.photo.slotKey, partKey: job.photo.partKey, upload: job.shown }))
}

/**
 * This person is here now: what she picked earlier on this phone goes on by itself, what others picked stays unseen.
 * `newOwner` is a stable name of who is signed in.
 */
export async function openQueue(newOwner: string): Promise<void> {
  if (owner !== newOwner) {
    jobs.forEach((job) => { putAway(job) })
    owner = newOwner
  }
  await clearOld(newOwner, Date.now())
  const photos = await keptOf(newOwner)
  if (owner !== newOwner) return
  for (const photo of photos) {
    const known = jobs.get(placeOf(photo))
    if (known === undefined) await goOn(photo)
    else if (known.shown.stage === 'waiting') void run(known)
  }
}

/** This person leaves the phone for good (a sitting at the counter ends): nothing of hers stays on it. */
export async function clearQueue(): Promise<void> {
  for (const photo of await keptOf(owner)) await drop(photo.id)
  jobs.forEach((job) => { putAway(job) })
}

// ── one photo ────────────────────────────────────────────────────────────────────────────────

function added(photo: KeptPhoto): Job {
  jobs.set(placeOf(photo), { photo, running: false, tries: 0, shown: { stage: 'preparing', percent: 0, preview: null, trouble: null, kept: true } })
  return jobs.get(placeOf(photo)) as Job // the reactive one
}

/** A photo that an earlier visit left. What belongs to a case that takes no photos any more goes. */
async function goOn(photo: KeptPhoto): Promise<void> {
  if (!(await isStillAsked(photo))) {
    await drop(photo.id)
    return
  }
  const job = added(photo)
  show(job)
  if (photo.refused === null) void run(job)
  else stop(job, 'failed', photo.refused)
}

/** A phone of the counter's code sees no case: the server says what the code still takes. */
async function isStillAsked(photo: KeptPhoto): Promise<boolean> {
  if (photo.owner.startsWith('shoot:')) return true
  const state = caseState(photo.caseId)
  if (state.view === null) await refreshCase(photo.caseId)
  const slot = state.view?.slots.find((each) => each.key === photo.slotKey)
  return state.view === null ? state.problem?.status !== 404 : slot?.editable === true
}

async function takeIn(job: Job, file: File): Promise<void> {
  try {
    job.photo.bytes = await bytesOf(file)
  } catch (thrown) {
    stop(job, 'failed', asProblem(thrown).detail)
    return
  }
  await save(job)
  await run(job)
}

async function run(job: Job): Promise<void> {
  if (job.running || job.photo.bytes.byteLength === 0) return
  job.running = true
  job.shown.trouble = null
  try {
    await inTurn(job.photo.id, () => { stop(job, 'waiting', '正在另一个页面里上传，传完这里会显示。') }, () => inFewAtOnce(() => work(job)))
  } catch (thrown) {
    if (isCurrent(job)) fail(job, noteProblem(asProblem(thrown)))
  } finally {
    job.running = false
  }
}

/** The whole way from here on, wherever it stopped the last time. */
async function work(job: Job): Promise<void> {
  if (!(await isWanted(job))) {
    await takeFromElsewhere(job)
    return
  }
  job.shown.trouble = null
  job.photo.refused = null
  let slot = job.photo.sentAs === null ? null : await completeIfThere(job, job.photo.sentAs)
  if (slot === null) {
    const sentAs = await send(job)
    if (!(await isWanted(job))) {
      await takeFromElsewhere(job)
      return
    }
    if (sentAs !== null) slot = await complete(job, sentAs)
  }
  if (!isCurrent(job)) return
  await finished(job)
  noteReached()
  if (slot !== null) takeSlot(job.photo.caseId, slot)
  await refreshCase(job.photo.caseId) // the tasks and the version moved too
}

/** Up to the object store; answers the server's id of it, or null when nothing is left to do: it has counted before. */
async function send(job: Job): Promise<string | null> {
  const { photo, shown } = job
  if (photo.sha256 === null) {
    shown.stage = 'preparing'
    const ready = await prepare(new Blob([photo.bytes], { type: photo.contentType }), photo.contentType)
    photo.bytes = await bytesOf(ready.bytes)
    photo.contentType = ready.contentType
    photo.showable = ready.showable
    photo.sha256 = await sha256Hex(photo.bytes)
    await save(job)
    show(job)
  }
  const ticket = await answer(
    client.POST('/api/filing/cases/{case_id}/photos', {
      params: { path: { case_id: photo.caseId } },
      headers: idempotent(photo.id),
      body: {
        slot_key: photo.slotKey,
        part_key: photo.partKey,
        ...(photo.kind === null ? {} : { kind: photo.kind }),
        ...(photo.coach === null ? {} : { coach: photo.coach }),
        content_type: photo.contentType,
        bytes: photo.bytes.byteLength,
        sha256: photo.sha256,
      },
    }),
  )
  if (ticket.url === null || ticket.fields === null || !isCurrent(job)) return null
  shown.stage = 'sending'
  shown.percent = 0
  await sendFile(ticket.url, ticket.fields, new Blob([photo.bytes], { type: photo.contentType }), (percent) => { shown.percent = percent })
  photo.sentAs = ticket.photo_id
  job.tries = 0
  await save(job)
  return ticket.photo_id
}

/** The server looks at what was sent: it counts, or it says why not. */
function complete(job: Job, sentAs: string): Promise<Slot> {
  job.shown.stage = 'checking'
  return answer(
    client.POST('/api/filing/cases/{case_id}/photos/{photo_id}/completion', {
      params: { path: { case_id: job.photo.caseId, photo_id: sentAs } },
      headers: idempotent(job.photo.id),
    }),
  )
}

/** The same for one that was sent before; null when it is not there any more, and has to be sent anew. */
async function completeIfThere(job: Job, sentAs: string): Promise<Slot | null> {
  try {
    return await complete(job, sentAs)
  } catch (thrown) {
    if (!lost.has(asProblem(thrown).code)) throw thrown
    job.photo.sentAs = null
    return null
  }
}

/** Keeps what changed of it, unless it was given up meanwhile. */
async function save(job: Job): Promise<void> {
  if (!isCurrent(job)) return
  job.shown.kept = await keep({ ...job.photo, coach: job.photo.coach === null ? null : copyOf(job.photo.coach) })
  if (!isCurrent(job)) await drop(job.photo.id)
}

/** Plain again: the database takes no reactive objects. */
function copyOf(coach: CoachNote): CoachNote {
  return JSON.parse(JSON.stringify(coach)) as CoachNote
}

function fail(job: Job, problem: ApiProblem): void {
  if (problem.isOffline) {
    noteUnreachable()
    stop(job, 'waiting', '网络断开了，连上后自动再传。')
    return
  }
  if (problem.isNotSignedIn) {
    stop(job, 'waiting', '请重新登录，登录后自动再传。')
    return
  }
  if (problem.status >= 500 || problem.status === 429 || problem.code === 'csrf-refused' || (problem.code === 'upload-refused' && job.tries < 3)) {
    stop(job, 'waiting', '系统正忙，过一会儿自动再传。')
    job.tries += 1
    const seconds = Math.min(longestWaitSeconds, 2 ** job.tries) * (0.75 + Math.random() / 2) // not all phones at once
    window.setTimeout(() => { if (isCurrent(job) && job.shown.stage === 'waiting') void run(job) }, seconds * 1000)
    return
  }
  job.photo.sentAs = null // refused: the next try sends it anew
  job.photo.refused = problem.errors[0]?.detail ?? problem.detail
  stop(job, 'failed', job.photo.refused)
  void save(job)
}

function stop(job: Job, stage: 'waiting' | 'failed', trouble: string): void {
  job.shown.stage = stage
  job.shown.trouble = trouble
}

function show(job: Job): void {
  if (!job.photo.showable || job.photo.bytes.byteLength === 0) return
  job.shown.preview ??= URL.createObjectURL(new Blob([job.photo.bytes], { type: job.photo.contentType }))
}

function isCurrent(job: Job): boolean {
  return jobs.get(placeOf(job.photo)) === job
}

/** Still hers to send: not given up here, nor finished or given up in another tab. */
async function isWanted(job: Job): Promise<boolean> {
  return isCurrent(job) && (!job.shown.kept || (await isKept(job.photo.id)))
}

async function takeFromElsewhere(job: Job): Promise<void> {
  if (!isCurrent(job)) return
  putAway(job)
  await refreshCase(job.photo.caseId)
}

async function finished(job: Job): Promise<void> {
  putAway(job)
  await drop(job.photo.id)
}

function putAway(job: Job): void {
  if (job.shown.preview !== null) URL.revokeObjectURL(job.shown.preview)
  if (isCurrent(job)) jobs.delete(placeOf(job.photo))
}

/** A weak signal is better shared by few; the others wait their turn. */
async function inFewAtOnce(act: () => Promise<void>): Promise<void> {
  if (working >= atOnce) await new Promise<void>((resolve) => { queueing.push(resolve) })
  working += 1
  try {
    await act()
  } finally {
    working -= 1
    queueing.shift()?.()
  }
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

// ── what is not on its way ───────────────────────────────────────────────────────────────────

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
  jobs.forEach((job) => {
    if (job.shown.stage === 'waiting') void run(job)
  })
})
