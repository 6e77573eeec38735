// The part of Swagger UI that main.ts uses; the package ships no types.
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  interface Options {
    dom_id: string
    url: string
    deepLinking: boolean
    docExpansion: 'none' | 'list' | 'full'
    defaultModelsExpandDepth: number
    supportedSubmitMethods: string[]
    validatorUrl: string | null
    syntaxHighlight: boolean
  }
  export default function SwaggerUI(options: Options): unknown
}
