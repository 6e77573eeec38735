/** Signing in and out, and the administrator's list of staff. */
import type { Session, StaffChange, StaffMember, StaffToAdd } from '../types'
import { send } from './send'

export async function currentSession(): Promise<Session> {
  return (await send<Session>('get', '/api/identity/session')).data
}

export async function signIn(username: string, password: string): Promise<Session> {
  return (await send<Session>('post', '/api/identity/staff/session', { body: { username, password } })).data
}

export async function signOut(): Promise<void> {
  await send('delete', '/api/identity/session')
}

export async function listStaff(): Promise<StaffMember[]> {
  return (await send<{ staff: StaffMember[] }>('get', '/api/identity/staff')).data.staff
}

export async function addStaff(staff: StaffToAdd): Promise<void> {
  await send('post', '/api/identity/staff', { body: staff })
}

export async function changeStaff(id: string, version: number, change: StaffChange): Promise<void> {
  await send('patch', `/api/identity/staff/${id}`, { body: change, version })
}
