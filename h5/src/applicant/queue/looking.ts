// The coach's look at a photo that lies on this phone already: a kill while it looks loses nothing.
import { inspect } from '../coach/inspect'
import type { Fault } from '../coach/judge'
import type { CoachNote } from '../composables/uploads'
import type { KeptPhoto } from './kept'

/** A scanner has its own light and shows the sheet to its edges: what these would say of it is not so. */
const notOfScans: readonly Fault[] = ['glare', 'cut_off', 'folded']

/** What the coach saw, or null when it has nothing to say of this file. */
export async function lookAtKept(photo: KeptPhoto): Promise<CoachNote | null> {
  const type = photo.contentType === 'application/octet-stream' ? '' : photo.contentType // some phones name none for a photo
  const found = await inspect(new Blob([photo.bytes], { type }), { slot: photo.look.slot, part: photo.look.part, sample: photo.look.sample })
  if (found === null) return null
  const warnings = photo.look.scanned ? found.warnings.filter((fault) => !notOfScans.includes(fault)) : found.warnings
  return { ...found, warnings, insisted: false }
}
