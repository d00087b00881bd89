/** @type {import('next').NextConfig} */
const config = {
  // Two builds of one checkout (a test's, a developer's) can stand side by side.
  distDir: process.env.NEXT_DIST_DIR ?? '.next',
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  // `npm run check` has the types; a build should not ask twice.
  typescript: { ignoreBuildErrors: true },
  images: { unoptimized: true },
}
export default config
