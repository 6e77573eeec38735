// Whether the server can be reached at all. The guide is open to everyone and small, so it is what is asked for.
import { client } from './client'

export async function isReachable(): Promise<boolean> {
  try {
    return (await client.GET('/api/guide')).response.ok
  } catch {
    return false // fetch rejects only when no answer came
  }
}
