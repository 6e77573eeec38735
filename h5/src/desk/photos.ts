/** The photos of a case in the order they are looked at, one entry for each part of each slot. */
import type { Absence, Photo, Reason, SlotPart } from './types'

export interface PhotoEntry {
  key: string
  slotKey: string
  slotLabel: string
  partLabel: string
  photo: Photo | null
  /** The version that was returned, when this one took its place. */
  earlier: Photo | null
  absence: Absence | null
}

interface SlotOfPhotos {
  key: string
  label: string
  kind_label: string | null
  absence: Absence | null
  parts: SlotPart[]
  reasons?: Reason[]
}

/** A slot without any photo still has one entry, so that it can be come to and judged. */
export function photoEntries(slots: readonly SlotOfPhotos[]): PhotoEntry[] {
  return slots.flatMap((slot) => {
    const of = (part: SlotPart | null, index: number): PhotoEntry => ({
      key: `${slot.key}/${part?.key ?? 'none'}/${String(index)}`,
      slotKey: slot.key,
      slotLabel: slot.kind_label ? `${slot.label}（${slot.kind_label}）` : slot.label,
      partLabel: part?.label ?? '',
      photo: part?.photo ?? null,
      earlier: part?.earlier ?? null,
      absence: slot.absence,
    })
    const taken = slot.parts.filter((part) => part.photo)
    return taken.length > 0 ? taken.map(of) : [of(slot.parts[0] ?? null, 0)]
  })
}

export const entryTitle = (entry: PhotoEntry): string => `${entry.slotLabel} ${entry.partLabel}`.trim()
