// The only page: the H5 in a web-view, or a sentence and a button when it did not open.
import { askedPath, startAddress } from '../../h5'

Page({
  data: { address: '', hasFailed: false },

  /** `next` may come with the path that opened the mini-program, a push's link for one. */
  onLoad(query: Record<string, string | undefined>) {
    this.setData({ address: startAddress(askedPath(query['next'])) })
  },

  /** The web-view could not load its page. */
  failed() {
    this.setData({ hasFailed: true })
  },

  again() {
    this.setData({ hasFailed: false })
  },
})
