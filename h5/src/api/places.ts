// The country's places, built beside the pages: the provinces at once, what lies in one when it is asked for.
import provinces from 'virtual:places'

import { offlineProblem } from './problem'

export interface PlaceNode {
  /** Empty for a place without a code. */
  code: string
  label: string
  /** Undefined while nobody has asked, empty where nothing is known to lie in it. */
  children?: PlaceNode[]
}

type Packed = [code: string, name: string, within?: Packed[]]

const loaded = new Map<string, PlaceNode[]>()

export function everyProvince(): PlaceNode[] {
  return provinces.map(({ code, name }) => ({ code, label: name }))
}

/** The cities of a province, each with its counties, each with its towns. Raises ApiProblem when they cannot be had. */
export async function placesIn(province: string): Promise<PlaceNode[]> {
  const known = loaded.get(province)
  if (known) return known
  const path = provinces.find(({ code }) => code === province)?.path
  if (path === undefined) return []
  const places = unpacked(await fetched(path))
  loaded.set(province, places)
  return places
}

async function fetched(path: string): Promise<Packed[]> {
  try {
    const response = await fetch(path)
    if (response.ok) return (await response.json()) as Packed[]
  } catch {
    // said below, together with an answer that is none
  }
  throw offlineProblem()
}

function unpacked(places: Packed[]): PlaceNode[] {
  return places.map(([code, label, within]) => ({ code, label, children: within ? unpacked(within) : [] }))
}
