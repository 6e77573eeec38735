// Builds the page with the same targets as the app (h5/vite.config.ts).
import { fileURLToPath } from 'node:url'

export default {
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  build: { target: ['es2017', 'safari12', 'chrome61'], emptyOutDir: true, modulePreload: { polyfill: false } },
}
