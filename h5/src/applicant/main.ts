// Starts the applicant's H5. Vant's styles are taken one by one: its icon font is not wanted.
import 'vant/es/style/base.css'
import 'vant/es/loading/index.css'
import 'vant/es/button/index.css'
import 'vant/es/progress/index.css'
import 'vant/es/skeleton/index.css'
import 'vant/es/skeleton-title/index.css'
import 'vant/es/skeleton-paragraph/index.css'
import '../tokens.css'
import './app.css'

import { createApp } from 'vue'

import App from './App.vue'
import { restoreElderMode } from './composables/preferences'
import { router } from './router'

restoreElderMode()
createApp(App).use(router).mount('#applicant')
