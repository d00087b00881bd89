// npm run shots: every screen in realistic states, light and dark, three sizes, into shots/ (git-ignored).
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium, type Browser, type Page } from '@playwright/test'
import { screens } from './shots/screens.ts'

const { values } = parseArgs({ options: { only: { type: 'string' }, out: { type: 'string', default: 'shots' } } })
const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
]
const dataDir = mkdtempSync(join(tmpdir(), 'orchestrator-shots-'))
const port = 3700 + (process.pid % 200)
const base = `http://localhost:${port}`

const server = spawn(process.execPath, ['server/web.ts'], {
  env: { ...process.env, PORT: String(port), ORCHESTRATOR_DATA: dataDir },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const ready = new Promise<void>((resolve, reject) => {
  server.stdout.on('data', (chunk: Buffer) => String(chunk).includes('is ready') && resolve())
  server.on('exit', (code) => reject(new Error(`the server ended with ${code}; run npm run build first`)))
})

async function shoot(browser: Browser, theme: 'light' | 'dark', size: (typeof sizes)[number]): Promise<void> {
  const context = await browser.newContext({ viewport: size, colorScheme: theme, reducedMotion: 'reduce' })
  await context.addInitScript(() => localStorage.setItem('orchestrator.visited', 'yes'))
  for (const [name, prepare] of Object.entries(screens)) {
    if (values.only && !name.includes(values.only)) continue
    const page: Page = await context.newPage()
    page.on('pageerror', (error) => console.log(`${name}: ${error.message}`))
    page.on('console', (message) => message.type() === 'error' && console.log(`${name}: ${message.text()}`))
    try {
      await prepare(page, base)
      await page.screenshot({ path: join(values.out, `${name}-${theme}-${size.width}.png`) })
    } catch (error) {
      console.log(
        `${name} ${theme} ${size.width}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
      )
    }
    await page.close()
  }
  await context.close()
}

try {
  await ready
  mkdirSync(values.out, { recursive: true })
  const browser = await chromium.launch({
    ...(process.env.CHROMIUM_PATH
      ? { executablePath: process.env.CHROMIUM_PATH }
      : { executablePath: '/usr/bin/chromium' }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
  for (const theme of ['light', 'dark'] as const) for (const size of sizes) await shoot(browser, theme, size)
  await browser.close()
  console.log(`done: ${values.out}/`)
} finally {
  server.removeAllListeners('exit')
  server.kill('SIGTERM')
  rmSync(dataDir, { recursive: true, force: true })
}
