// Writes docs/problems.md into problems.html while the pages are built: a heading and an anchor per code, no script.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { Marked } from 'marked'
import type { Plugin } from 'vite'

const source = fileURLToPath(new URL('../docs/problems.md', import.meta.url))

/** The page's body: a list of the codes, then what the file says of each; its own title is the page's already. */
function problems(markdown: string): string {
  const marked = new Marked({
    renderer: {
      heading: ({ depth, text }) => (depth === 2 ? `<h2 id="${text}">${text}</h2>\n` : ''),
    },
  })
  const codes = [...markdown.matchAll(/^## (?<code>[a-z-]+)$/gm)].map((found) => found.groups?.['code'] ?? '')
  const links = codes.map((code) => `<li><a href="#${code}">${code}</a></li>`)
  return `<nav aria-label="所有代码"><ul class="codes">${links.join('')}</ul></nav>\n${marked.parse(markdown, { async: false })}`
}

export const problemsPage: Plugin = {
  name: 'tuixiu-problems',
  transformIndexHtml: {
    order: 'pre',
    handler: (html, page) =>
      page.path === '/problems.html' ? html.replace('<!-- problems -->', () => problems(readFileSync(source, 'utf-8'))) : html,
  },
}
