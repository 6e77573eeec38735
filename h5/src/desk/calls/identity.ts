/** Signing in and out, and the administrator's list of staff. */
import { client, ifMatch } from '@api/client'

import type { Session, StaffChange, StaffMember, StaffToAdd } from '../types'
import { ask } from './send'

export function currentSession(): Promise<Session> {
  return ask(client.GET('/api/identity/session'))
}

export function signIn(username: string, password: string): Promise<Session> {
  return ask(client.POST('/api/identity/staff/session', { body: { username, password } }))
}

export async function signOut(): Promise<void> {
  await ask(client.DELETE('/api/identity/session'))
}

export async function listStaff(): Promise<StaffMember[]> {
  return (await ask(client.GET('/api/identity/staff'))).staff
}

export async function addStaff(staff: StaffToAdd): Promise<void> {
  await ask(client.POST('/api/identity/staff', { body: staff }))
}

export async function changeStaff(id: string, version: number, change: StaffChange): Promise<void> {
  await ask(
    client.PATCH('/api/identity/staff/{staff_id}', {
      params: { path: { staff_id: id } },
      headers: ifMatch(version),
      body: change,
    }),
  )
}
