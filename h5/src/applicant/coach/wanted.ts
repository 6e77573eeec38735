// What is to be photographed, and of what shape it is. Knows no case and no server.

/** Which photo is wanted: the slot, its part (front, back, a page), and the drawing that stands for it. */
export interface Wanted {
  slot: string
  part: string
  sample: string
}

export type Shape = 'card' | 'sheet' | 'portrait'

const shapes: Record<string, Shape> = {
  id_card: 'card',
  social_security_card: 'card',
  portrait: 'portrait',
}

/** A card of 85.6 × 54 mm, a portrait from the studio, or a sheet of paper (forms, booklets, certificates). */
export function shapeOf(wanted: Wanted): Shape {
  return shapes[wanted.sample] ?? 'sheet'
}
