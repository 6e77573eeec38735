/** The administrator's list of staff, and what is done to an account. */
import { ref, shallowRef } from 'vue'

import * as identity from '../calls/identity'
import { troubleOf, type Trouble } from '../troubles'
import type { StaffChange, StaffMember, StaffToAdd } from '../types'

export function useStaffList() {
  const staff = shallowRef<StaffMember[]>([])
  const isLoading = ref(true)
  const isBusy = ref(false)
  /** About the list. */
  const problem = shallowRef<Trouble | null>(null)
  /** About what was tried in a dialog. */
  const refusal = shallowRef<Trouble | null>(null)

  async function load(): Promise<void> {
    try {
      staff.value = await identity.listStaff()
      problem.value = null
    } catch (thrown) {
      problem.value = troubleOf(thrown)
    } finally {
      isLoading.value = false
    }
  }

  async function attempt(act: () => Promise<void>): Promise<boolean> {
    if (isBusy.value) return false
    isBusy.value = true
    refusal.value = null
    try {
      await act()
      await load()
      return true
    } catch (thrown) {
      refusal.value = troubleOf(thrown)
      return false
    } finally {
      isBusy.value = false
    }
  }

  return {
    staff,
    isLoading,
    isBusy,
    problem,
    refusal,
    load,
    add: (given: StaffToAdd) => attempt(() => identity.addStaff(given)),
    change: (member: StaffMember, change: StaffChange) =>
      attempt(() => identity.changeStaff(member.id, member.version, change)),
  }
}
