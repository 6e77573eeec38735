// Picked photos as they lie on this phone (IndexedDB) until the server has them. Where a phone keeps nothing (full,
// private browsing, very old), they stay in memory while the page is open, and `keep` says so.
// They are papers of a person on a phone that others may use: each belongs to whoever was signed in, and nobody else
// is shown it or sends it; what is left lying goes by itself.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'

import type { CoachNote } from '../composables/uploads'

const day = 24 * 3600 * 1000
const ownKeptFor = 14 * day
const othersKeptFor = 3 * day

export interface KeptPhoto {
  /** Made once for this photo: what is repeated under it happens once. */
  readonly id: string
  readonly owner: string
  readonly caseId: string
  readonly slotKey: string
  readonly partKey: string
  readonly kind: string | null
  readonly coach: CoachNote | null
  readonly pickedAt: number
  /** As it was picked, then as it is sent: not a Blob, which some phones lose when the page is killed. */
  bytes: ArrayBuffer
  contentType: string
  showable: boolean
  /** Known once `bytes` are what is sent. */
  sha256: string | null
  /** The server's id of it, once the object store has it and only the check is left. */
  sentAs: string | null
  /** What was wrong with it, when only she can mend it. */
  refused: string | null
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
let opened: Promise<IDBPDatabase<Shelf> | null> | null = null

/** The database, or null where there is none to be had. */
function shelf(): Promise<IDBPDatabase<Shelf> | null> {
  opened ??= open()
  return opened
}

async function open(): Promise<IDBPDatabase<Shelf> | null> {
  try {
    return await openDB<Shelf>('tuixiu-photos', 1, {
      upgrade(database) {
        database.createObjectStore('photos', { keyPath: 'id' }).createIndex('owner', 'owner')
        database.createObjectStore('leases', { keyPath: 'id' })
      },
      terminated() { opened = null },
    })
  } catch {
    return null
  }
}

/** Keeps a photo, or what changed of it. Answers whether it outlives the page. */
export async function keep(photo: KeptPhoto): Promise<boolean> {
  try {
    const database = await shelf()
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

/** Removes what was left lying: two weeks for the person who is here, three days for anybody else. */
export async function clearOld(owner: string, now: number): Promise<void> {
  try {
    const database = await shelf()
    for (const photo of (await database?.getAll('photos')) ?? []) {
      if (photo.pickedAt + (photo.owner === owner ? ownKeptFor : othersKeptFor) < now) await drop(photo.id)
    }
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
