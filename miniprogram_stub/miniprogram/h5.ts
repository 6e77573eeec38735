// Where the H5 is. The one address to change; it must be on the mini-program's list of business domains.
export const H5_ORIGIN = 'https://tuixiu.example.gov.cn'

/** The H5's address that signs her in and then goes on to `next`, a path of the H5; the server refuses any other. */
export function startAddress(next: string): string {
  return `${H5_ORIGIN}/api/identity/wechat/start?next=${encodeURIComponent(next)}`
}

/** The path that a link asked for, which arrives encoded; the start page when it asked for none or is broken. */
export function askedPath(sent: string | undefined): string {
  try {
    return decodeURIComponent(sent ?? '/')
  } catch {
    return '/'
  }
}
