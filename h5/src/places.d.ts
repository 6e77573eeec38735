// What places.ts makes while the pages are built.
declare module 'virtual:places' {
  const provinces: { code: string; name: string; path: string }[]
  export default provinces
}
