// Pictures of the service as blobs, for a page that wants them before they are shown. Knows nothing of cases.

/** The picture, or null when it did not come: whoever shows it asks for it again, and says what is wrong. */
export async function fetchPicture(path: string): Promise<Blob | null> {
  try {
    const response = await fetch(path, { credentials: 'same-origin', headers: { 'X-Background': '1' } })
    return response.ok ? await response.blob() : null
  } catch {
    return null
  }
}
