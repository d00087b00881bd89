/** @type {import('next').NextConfig} */
const config = {
  distDir: process.env.NEXT_DIST_DIR ?? '.next',
  reactStrictMode: true,
  poweredByHeader: false,
  // Loaded by Node itself: native parts, worker threads, or state that must exist once per process.
  serverExternalPackages: [
    '@electric-sql/pglite',
    'pg',
    'pg-boss',
    'yjs',
    'y-protocols',
    'lib0',
    '@duckdb/node-api',
    'tesseract.js',
    'quickjs-emscripten',
    '@energetic-ai/core',
    '@energetic-ai/embeddings',
    'wink-nlp',
    'unpdf',
    'undici',
  ],
}
export default config
