// The photos on their way: kept on the phone first, then looked at by the coach, shrunk, announced, sent, checked by
// the server. What the coach warns of waits for her word; every other goes on by itself after the page was killed, the
// network gone or the server down; it happens once however often it is tried.
// They live here, not on a page, so turning a page does not stop one.
import { reactive, toRaw } from 'vue'

import { answer, client, idempotent, newKey } from '@api/client'
import type { PhotoAnnouncement, Slot } from '@api/views'
import { asProblem, type ApiProblem } from '@api/problem'
import { sendFile } from '@api/upload'

import type { Fault } from '../coach/judge'
import { bytesOf } from '../materials/bytes'
import { prepare, typeOf } from '../materials/shrink'
import { sha256Hex } from '../materials/sha256'
import { clearAllOf, clearOthers, drop, isKept, keep, keptOf, warningsOf, type KeptPhoto, type Look, type Sought } from '../queue/kept'
import { forgetGivenUp, tellGivenUp, whyNotWanted } from '../queue/givenUp'
import { lookAtKept } from '../queue/looking'
import { inFewAtOnce, inTurn } from '../queue/turns'
import { refreshCase, takeSlot } from './case'
import { noteReached, noteUnreachable, whenBackOnline } from './network'
import { noteProblem } from './session'

/** What the capture coach saw in a photo, sent along with it. `insisted`: she was warned and gave it all the same. */
export type CoachNote = NonNullable<PhotoAnnouncement['coach']>

export interface Upload {
  /** `asking`: the coach warned, and it waits for her word. */
  stage: 'preparing' | 'looking' | 'asking' | 'sending' | 'checking' | 'failed' | 'waiting'
  look: Look
  warnings: Fault[]
  percent: number
  /** An object URL of the photo, when this phone can show it. */
  preview: string | null
  trouble: string | null
  /** False when the same photo would be refused again. */
  mayRetry: boolean
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

const longestWaitSeconds = 60
const lost = new Set(['photo-not-arrived', 'photo-changed', 'not-found'])
/** The server looked into the file and cannot use it. */
const isHopeless = (code: string): boolean => /^(photo|pdf)-/.test(code) && !lost.has(code)

const jobs = reactive(new Map<string, Job>())
let owner = ''

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
 * Keeps a photo on the phone, has the coach look at it and sends it; a former one of the same part is given up. A PDF is
 * a photo of several pages.
 */
export function upload(caseId: string, slotKey: string, partKey: string, kind: string | null, file: File, sought: Sought): void {
  const again = uploadOf(caseId, slotKey, partKey)?.stage === 'asking'
  forget(caseId, slotKey, partKey)
  const photo: KeptPhoto = {
    ...{ id: newKey(), owner, caseId, slotKey, partKey, kind, pickedAt: Date.now(), look: { ...sought, again }, step: 'looking', coach: null },
    ...{ bytes: new ArrayBuffer(0), contentType: typeOf(file), showable: false, sha256: null, sentAs: null, refused: null, givenUp: null },
  }
  const job = added(photo)
  void takeIn(job, file)
}

/** She was warned and gives it all the same. */
export function insist(caseId: string, slotKey: string, partKey: string): void {
  const job = jobs.get(keyOf(caseId, slotKey, partKey))
  if (job?.photo.step !== 'asking') return
  job.photo.step = 'sending'
  if (job.photo.coach !== null) job.photo.coach.insisted = true
  void bringAllTheSame(job)
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

/** She has read why it cannot be used: nothing of it is kept any longer than this page. */
export function noteSeen(caseId: string, slotKey: string, partKey: string): void {
  const job = jobs.get(keyOf(caseId, slotKey, partKey))
  if (job === undefined || job.shown.stage !== 'failed' || job.shown.mayRetry) return
  if (document.hidden) document.addEventListener('visibilitychange', () => { noteSeen(caseId, slotKey, partKey) }, { once: true })
  else void drop(job.photo.id)
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
    putAllAway()
    owner = newOwner
  }
  await clearOthers(newOwner, Date.now())
  const photos = await keptOf(newOwner)
  for (const photo of photos) {
    if (owner !== newOwner) return
    const known = jobs.get(placeOf(photo))
    if (known === undefined) await goOn(photo)
    else if (known.shown.stage === 'waiting') void run(known)
  }
}

/** This person leaves the phone for good (a sitting at the counter ends): nothing of hers stays on it. */
export async function clearQueue(): Promise<void> {
  putAllAway()
  await clearAllOf(owner)
}

function putAllAway(): void {
  jobs.forEach((job) => { putAway(job) })
  forgetGivenUp()
}

// ── one photo ────────────────────────────────────────────────────────────────────────────────

function added(photo: KeptPhoto): Job {
  const shown: Upload = { stage: 'preparing', look: photo.look, warnings: [], percent: 0, preview: null, trouble: null, mayRetry: true, kept: true }
  jobs.set(placeOf(photo), { photo, running: false, tries: 0, shown })
  return jobs.get(placeOf(photo)) as Job // the reactive one
}

/** A photo that an earlier visit left. What is not wanted any more goes, and she is told. */
async function goOn(photo: KeptPhoto): Promise<void> {
  photo.givenUp ??= await whyNotWanted(photo)
  if (photo.owner !== owner || jobs.has(placeOf(photo))) return // another was picked meanwhile, or somebody else came
  if (photo.givenUp !== null) {
    tellGivenUp(photo.id, photo.givenUp)
    await keep({ ...photo, bytes: new ArrayBuffer(0) })
    return
  }
  const job = added(photo)
  show(job)
  if (photo.refused !== null) refuse(job, photo.refused)
  else if (photo.step === 'asking') ask(job)
  else void run(job)
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

/** Her word is kept before the page shows that it took it: a kill from then on does not ask her again. */
async function bringAllTheSame(job: Job): Promise<void> {
  await save(job)
  job.shown.stage = 'preparing'
  await run(job)
}

async function run(job: Job): Promise<void> {
  if (job.running || job.photo.bytes.byteLength === 0 || job.photo.step === 'asking') return
  job.running = true
  job.shown.trouble = null
  try {
    await inTurn(job.photo.id, () => { stop(job, 'waiting', '正在另一个页面里上传，传完这里会显示。') }, () => work(job))
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
  if (job.photo.step === 'looking') await look(job)
  if (!isCurrent(job)) return
  if (job.photo.step === 'asking') ask(job)
  else await inFewAtOnce(() => bring(job))
}

async function look(job: Job): Promise<void> {
  const { photo, shown } = job
  shown.stage = 'looking'
  photo.coach = await lookAtKept(photo)
  photo.step = !photo.look.again && warningsOf(photo).length > 0 ? 'asking' : 'sending'
  await save(job)
}

/** The coach's card: the photo, what could be better, and her choice. */
function ask(job: Job): void {
  job.shown.warnings = warningsOf(job.photo)
  job.shown.preview ??= URL.createObjectURL(new Blob([job.photo.bytes], { type: job.photo.contentType }))
  job.shown.stage = 'asking'
}

async function bring(job: Job): Promise<void> {
  if (!isCurrent(job)) return
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
    if (isCurrent(job)) showAnew(job)
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
  job.shown.kept = await keep(plain(job.photo))
  if (!isCurrent(job)) await drop(job.photo.id)
}

/** The database takes no reactive objects. */
function plain(photo: KeptPhoto): KeptPhoto {
  const { bytes, ...facts } = photo
  return { ...(JSON.parse(JSON.stringify(facts)) as Omit<KeptPhoto, 'bytes'>), bytes: toRaw(bytes) }
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
  const refused = { words: problem.errors[0]?.detail ?? problem.detail, mayRetry: !isHopeless(problem.code) }
  job.photo.refused = refused
  refuse(job, refused)
  void save(job)
}

function refuse(job: Job, refused: NonNullable<KeptPhoto['refused']>): void {
  job.shown.mayRetry = refused.mayRetry
  stop(job, 'failed', refused.words)
}

function stop(job: Job, stage: 'waiting' | 'failed', trouble: string): void {
  job.shown.stage = stage
  job.shown.trouble = trouble
}

function show(job: Job): void {
  if (!job.photo.showable || job.photo.bytes.byteLength === 0) return
  job.shown.preview ??= URL.createObjectURL(new Blob([job.photo.bytes], { type: job.photo.contentType }))
}

function showAnew(job: Job): void {
  if (job.shown.preview !== null) URL.revokeObjectURL(job.shown.preview)
  job.shown.preview = null
  show(job)
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

whenBackOnline(() => {
  jobs.forEach((job) => {
    if (job.shown.stage === 'waiting') void run(job)
  })
})
