// Starts the applicant's H5.
import { createApp } from 'vue'

import '../tokens.css'
import App from './App.vue'

createApp(App).mount('#applicant')
