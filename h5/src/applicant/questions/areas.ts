// The tree of places that the area question walks: the district and its towns first, then the country.
import { useCascaderAreaData } from '@vant/area-data'

import type { Areas } from '@api/views'

export interface PlaceNode {
  /** Towns have none here. */
  code?: string
  label: string
  children?: PlaceNode[]
}

export type Level = 'province' | 'city' | 'county' | 'town'
export const levels: Level[] = ['province', 'city', 'county', 'town']

/** The national tree: provinces, cities, counties. */
export function nationalTree(): PlaceNode[] {
  const walk = (nodes: ReturnType<typeof useCascaderAreaData>): PlaceNode[] =>
    nodes.map((node) => ({ code: node.value, label: node.text, ...(node.children ? { children: walk(node.children) } : {}) }))
  return walk(useCascaderAreaData())
}

/** Where the district hangs in the tree: its province and city by the first digits of its code (GB/T 2260). */
export function districtPath(tree: PlaceNode[], areas: Areas): PlaceNode[] {
  const province = tree.find((node) => node.code === areas.county.code.slice(0, 2) + '0000')
  const city = province?.children?.find((node) => node.code === areas.county.code.slice(0, 4) + '00')
  const county = { code: areas.county.code, label: areas.county.label, children: areas.towns }
  return [province, city, county].filter((node): node is PlaceNode => node !== undefined)
}

/** The tree with the district's own province and city at the head of their lists, where most people look. */
export function nearFirst(tree: PlaceNode[], areas: Areas | null): PlaceNode[] {
  if (areas === null) return tree
  const near = new Set(districtPath(tree, areas).map((node) => node.code))
  const sorted = (nodes: PlaceNode[]): PlaceNode[] => [...nodes.filter((node) => near.has(node.code)), ...nodes.filter((node) => !near.has(node.code))]
  return sorted(tree.map((node) => (near.has(node.code) && node.children ? { ...node, children: sorted(node.children) } : node)))
}
