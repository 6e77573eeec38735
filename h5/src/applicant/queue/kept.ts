// Picked photos as they lie on this phone (IndexedDB) until the server has them. Where a phone keeps nothing (full,
// private browsing, very old), they stay in memory while the page is open, and `keep` says so.
// They are papers of a person on a phone that others may use: each belongs to whoever was signed in, nobody else is
// shown it or sends it, and it goes when somebody else signs in or a sitting at the counter ends.
import type { DBSchema, IDBPDatabase } from 'idb'

import type { Fault } from '../coach/judge'
import type { Wanted } from '../coach/wanted'
import type { CoachNote } from '../composables/uploads'
import { openPhotoShelf } from '../../photoShelf'

const minute = 60 * 1000
const ownKeptFor = 14 * 24 * 60 * minute
/** The counter's code holds for 15 minutes; what it did not send by then, it never will. */
const byCodeKeptFor = 20 * minute

/** It is looked at by the coach, then waits for her word if that warned, then goes out. */
export type Step = 'looking' | 'asking' | 'sending'

/** What the coach is to look for. */
export interface Sought extends Wanted {
  /** From the scanner: no lamp, no table around it. */
  scanned: boolean
}

/** `again`: a photo of this part was held before; the second try goes on whatever it is. */
export interface Look extends Sought {
  again: boolean
}

export interface KeptPhoto {
  /** Made once for this photo: what is repeated under it happens once. */
  readonly id: string
  readonly owner: string
  readonly caseId: string
  readonly slotKey: string
  readonly partKey: string
  readonly kind: string | null
  readonly pickedAt: number
  readonly look: Look
  step: Step
  /** What the coach saw; null before, and where it had nothing to say. */
  coach: CoachNote | null
  /** As it was picked, then as it is sent: not a Blob, which some phones lose when the page is killed. */
  bytes: ArrayBuffer
  contentType: string
  showable: boolean
  /** Known once `bytes` are what is sent. */
  sha256: string | null
  /** The server's id of it, once the object store has it and only the check is left. */
  sentAs: string | null
  /** What was wrong with it, when only she can mend it; `mayRetry` unless the same file would be refused again. */
  refused: { words: string; mayRetry: boolean } | null
  /** Why it is not sent any more, for her to read: then its bytes are gone. */
  givenUp: string | null
}

/** What the coach would change, of a photo that waits for her word. */
export function warningsOf(photo: KeptPhoto): Fault[] {
  return (photo.coach?.warnings ?? []) as Fault[]
}

interface Lease {
  id: string
  tab: string
  until: number
}

interface Shelf extends DBSchema {
  photos: { key: string; value: KeptPhoto; indexes: { owner: string } }
  leases: { key: string; value: Lease }
}

const memory = new Map<string, KeptPhoto>()
/** Who left this page: what is still being written of theirs does not land. */
const gone = new Set<string>()
let opened: Promise<IDBPDatabase<Shelf> | null> | null = null

/** The database, or null where there is none to be had. */
function shelf(): Promise<IDBPDatabase<Shelf> | null> {
  opened ??= open()
  return opened
}

async function open(): Promise<IDBPDatabase<Shelf> | null> {
  try {
    return (await openPhotoShelf(() => { opened = null })) as unknown as IDBPDatabase<Shelf>
  } catch {
    return null
  }
}

/** Keeps a photo, or what changed of it. Answers whether it outlives the page. */
export async function keep(photo: KeptPhoto): Promise<boolean> {
  try {
    const database = await shelf()
    if (gone.has(photo.owner)) return false
    if (database !== null) {
      await database.put('photos', photo)
      memory.delete(photo.id)
      return true
    }
  } catch {
    // Full, or switched off since: memory has it while the page is open.
  }
  memory.set(photo.id, photo)
  return false
}

/** Whether a photo still waits to be sent: another tab may have finished it, or given it up. */
export async function isKept(id: string): Promise<boolean> {
  if (memory.has(id)) return true
  try {
    const database = await shelf()
    return database !== null && (await database.getKey('photos', id)) !== undefined
  } catch {
    return true // cannot be looked up: what the server has already, it does not take twice
  }
}

/** Every photo of this person that is not finished, in the order they were picked. */
export async function keptOf(owner: string): Promise<KeptPhoto[]> {
  const inMemory = [...memory.values()].filter((photo) => photo.owner === owner)
  try {
    const database = await shelf()
    const onPhone = database === null ? [] : await database.getAllFromIndex('photos', 'owner', owner)
    return [...onPhone, ...inMemory].sort((one, other) => one.pickedAt - other.pickedAt)
  } catch {
    return inMemory
  }
}

/** The server has it, or she gave it up. */
export async function drop(id: string): Promise<void> {
  memory.delete(id)
  try {
    const database = await shelf()
    await database?.delete('photos', id)
    await database?.delete('leases', id)
  } catch {
    // It goes with the next clearing.
  }
}

/** `owner` is here now: what others left goes, but for a person's own photos while her phone shoots by a code. */
export async function clearOthers(owner: string, now: number): Promise<void> {
  gone.delete(owner)
  await clearWhere((photo) => photo.pickedAt + keptFor(photo.owner, owner) < now)
}

function keptFor(of: string, here: string): number {
  if (of === here) return ownKeptFor
  if (of.startsWith('shoot:')) return byCodeKeptFor
  return of.startsWith('person:') && here.startsWith('shoot:') ? ownKeptFor : -Infinity
}

/** Nothing of this person stays, nor is anything of hers kept from now on. */
export async function clearAllOf(owner: string): Promise<void> {
  gone.add(owner)
  await clearWhere((photo) => photo.owner === owner)
}

async function clearWhere(is: (photo: KeptPhoto) => boolean): Promise<void> {
  memory.forEach((photo, id) => { if (is(photo)) memory.delete(id) })
  try {
    const transaction = (await shelf())?.transaction('photos', 'readwrite')
    let each = await transaction?.store.openCursor()
    while (each) {
      if (is(each.value)) await each.delete()
      each = await each.continue()
    }
    await transaction?.done
  } catch {
    // Next time.
  }
}

/** Takes the turn for a photo in a browser without locks: for a while, unless another tab has it. */
export async function lease(id: string, tab: string, now: number, milliseconds: number): Promise<boolean> {
  try {
    const database = await shelf()
    if (database === null) return true
    const transaction = database.transaction('leases', 'readwrite')
    const held = await transaction.store.get(id)
    const free = held === undefined || held.tab === tab || held.until <= now
    if (free) await transaction.store.put({ id, tab, until: now + milliseconds })
    await transaction.done
    return free
  } catch {
    return true
  }
}

/** Gives the turn back. */
export async function endLease(id: string): Promise<void> {
  try {
    await (await shelf())?.delete('leases', id)
  } catch {
    // It ends by the clock.
  }
}
