// A process that takes the lock, says so, and holds it until its input closes: `node directory-lock.fixture.ts DIRECTORY`.
import { lockDirectory } from './directory-lock.ts'

try {
  const unlock = lockDirectory(process.argv[2]!)
  process.stdout.write('locked\n')
  process.stdin.resume().once('end', () => unlock())
} catch (error) {
  process.stdout.write(`${(error as Error).message}\n`)
}
