// A print that the server makes for one person: opened in a tab of its own, or saved where no tab may be opened.
const keptMilliseconds = 60_000

/** Shows a PDF that has arrived. `name` is what it is saved under. */
export function openPrint(content: Blob, name: string): void {
  const address = URL.createObjectURL(new Blob([content], { type: 'application/pdf' }))
  if (window.open(address, '_blank') === null) {
    const link = document.createElement('a')
    link.href = address
    link.download = name
    link.click()
  }
  window.setTimeout(() => { URL.revokeObjectURL(address) }, keptMilliseconds)
}
