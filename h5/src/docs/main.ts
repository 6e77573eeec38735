// The API viewer: draws /openapi.json. It only shows; nothing is sent from here, and nothing is asked of other hosts.
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js'

import 'swagger-ui-dist/swagger-ui.css'
import './docs.css'

SwaggerUI({
  dom_id: '#docs',
  url: '/openapi.json',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  supportedSubmitMethods: [],
  validatorUrl: null,
  syntaxHighlight: false,
})
