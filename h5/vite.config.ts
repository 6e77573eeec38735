// Builds the two entries, and the API viewer with the page of problem codes.
// Holds no address: development asks the environment where the API is.
import { fileURLToPath } from 'node:url'

import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

import { placesPlugin } from './places'
import { problemsPage } from './problems-page'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Where `npm run dev` finds the API; the built pages are served by the API itself. */
const apiAddress = process.env['TUIXIU_DEV_API'] ?? 'http://127.0.0.1:8000'

const documents: Record<string, string> = { '/docs': '/docs.html', '/docs/problems': '/problems.html' }

/** Serves the right entry for a page's address in development, as the web server does in production. */
const entries: Plugin = {
  name: 'tuixiu-entries',
  configureServer(server) {
    server.middlewares.use((request, _response, next) => {
      const path = (request.url ?? '/').split('?')[0] ?? '/'
      const isPage = !/^\/(api|wechat|src|node_modules|@)/.test(path) && !path.includes('.')
      if (isPage) request.url = documents[path] ?? (/^\/desk(\/|$)/.test(path) ? '/desk.html' : '/applicant.html')
      next()
    })
  },
}

export default defineConfig({
  base: '/',
  appType: 'mpa',
  plugins: [vue(), entries, problemsPage, placesPlugin()],
  resolve: { alias: { '@api': here('src/api') } },
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    target: ['es2017', 'safari12', 'chrome61'],
    // No inlined assets: the content security policy allows images from this origin, blob: and data: only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { applicant: here('applicant.html'), desk: here('desk.html'), docs: here('docs.html'), problems: here('problems.html') } },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': apiAddress, '/wechat': apiAddress, '/openapi.json': apiAddress },
  },
})
