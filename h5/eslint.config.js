// The front end's lint rules, and the house's walls: the entries never import each other, only src/api fetches.
import js from '@eslint/js'
import vue from 'eslint-plugin-vue'
import globals from 'globals'
import ts from 'typescript-eslint'

const fetchers = ['fetch', 'XMLHttpRequest'].map((name) => ({ name, message: 'Only src/api talks to the network.' }))
const wall = (patterns) => ['error', { patterns: patterns.map((group) => ({ group: [group], message: 'Another entry’s room.' })) }]

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/api/schema.ts'] },
  js.configs.recommended,
  ts.configs.strict,
  ts.configs.stylistic,
  vue.configs['flat/recommended'],
  {
    files: ['**/*.ts', '**/*.vue'],
    languageOptions: { globals: globals.browser, parserOptions: { parser: ts.parser } },
    rules: {
      'no-undef': 'off', // the type checker knows better
      'no-restricted-globals': ['error', ...fetchers],
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/define-emits-declaration': ['error', 'type-based'],
      'vue/define-props-declaration': ['error', 'type-based'],
      'vue/no-v-html': 'error',
      'vue/html-button-has-type': 'error',
      'vue/max-attributes-per-line': 'off', // line length decides
      'vue/singleline-html-element-content-newline': 'off', // line length decides
      'vue/html-self-closing': ['error', { html: { void: 'always', normal: 'always', component: 'always' } }],
      'vue/multi-word-component-names': 'off', // a component is named after the one thing it draws
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
    },
  },
  { files: ['src/api/**/*.ts'], rules: { 'no-restricted-globals': 'off' } }, // the one place that may fetch
  { files: ['src/applicant/**'], rules: { 'no-restricted-imports': wall(['**/desk/**', 'element-plus*', '@element-plus/*']) } },
  { files: ['src/desk/**'], rules: { 'no-restricted-imports': wall(['**/applicant/**', 'vant*', '@vant/*']) } },
  { files: ['src/api/**'], rules: { 'no-restricted-imports': wall(['**/desk/**', '**/applicant/**']) } },
  { files: ['*.js', '*.ts'], languageOptions: { globals: globals.node } },
)
