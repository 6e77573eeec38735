/** The desk's rooms: what the rail shows and who may go in. The server guards each of them again. */
import { Aim, Avatar, DataAnalysis, EditPen, Files, Odometer, OfficeBuilding, Reading, WarnTriangleFilled } from '@element-plus/icons-vue'
import type { Component } from 'vue'

import type { Role } from './types'

export interface Place {
  path: string
  label: string
  icon: Component
  roles: readonly Role[]
}

export const REVIEWERS: readonly Role[] = ['clerk', 'supervisor']
export const CLERKS: readonly Role[] = ['clerk']
export const OFFICERS: readonly Role[] = ['officer']
export const OVERSEERS: readonly Role[] = ['oversight']
export const ADMINISTRATORS: readonly Role[] = ['administrator']

export const ACCURACY_READERS: readonly Role[] = ['supervisor', 'administrator', 'oversight']

export const PLACES: readonly Place[] = [
  { path: '/review', label: '审核', icon: Files, roles: REVIEWERS },
  { path: '/counter', label: '窗口代填', icon: EditPen, roles: CLERKS },
  { path: '/items', label: '部门事项', icon: OfficeBuilding, roles: OFFICERS },
  { path: '/oversight', label: '督查', icon: Odometer, roles: OVERSEERS },
  { path: '/oversight/items', label: '时限', icon: DataAnalysis, roles: OVERSEERS },
  { path: '/staff', label: '人员', icon: Avatar, roles: ADMINISTRATORS },
  { path: '/guide', label: '办事指南', icon: Reading, roles: ADMINISTRATORS },
  { path: '/incidents', label: '材料异常', icon: WarnTriangleFilled, roles: ADMINISTRATORS },
  { path: '/accuracy', label: '照片核对', icon: Aim, roles: ACCURACY_READERS },
]

/** Where a person starts. */
export function homeOf(role: Role): string {
  return PLACES.find((place) => place.roles.includes(role))?.path ?? '/'
}

export function placesOf(role: Role): Place[] {
  return PLACES.filter((place) => place.roles.includes(role))
}
