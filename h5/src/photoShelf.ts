// Where picked photos lie in a browser (IndexedDB). The applicant's pages keep them there; the desk, on whose computers
// those pages are used too, takes the counter's away when its session ends.
import { openDB, type IDBPDatabase } from 'idb'

/** Each photo has an `owner`: `person:…`, `counter:…` of a sitting, `shoot:…` of a counter's code. */
export const ofACounter = 'counter:'

/** Opens it; `lost` is called when the browser closes it. Rejects where there is none to be had. */
export function openPhotoShelf(lost: () => void): Promise<IDBPDatabase> {
  return openDB('tuixiu-photos', 1, {
    upgrade(database) {
      database.createObjectStore('photos', { keyPath: 'id' }).createIndex('owner', 'owner')
      database.createObjectStore('leases', { keyPath: 'id' })
    },
    terminated: lost,
  })
}

/** Removes what sittings at the counter left in this browser. Never rejects. */
export async function clearCounterPhotos(): Promise<void> {
  try {
    const database = await openPhotoShelf(() => undefined)
    const ids = await database.getAllKeysFromIndex('photos', 'owner', IDBKeyRange.bound(ofACounter, `${ofACounter}\uffff`))
    await Promise.all(ids.map((id) => database.delete('photos', id)))
    database.close()
  } catch {
    // Nothing is kept here.
  }
}
