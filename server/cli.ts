import { createRequire } from 'node:module'
import { Command, CommanderError } from 'commander'
import { OrchestratorError } from '#pipeline/errors.ts'
import { quickStart } from './quick-start.ts'
import { addAnswerCommands } from './cli/add-answer-commands.ts'
import { addRunCommands } from './cli/add-run-commands.ts'
import { sentenceOf } from './sentence-of.ts'

/**
 * `orchestrator`: the product from a terminal. Exit codes: 0 success, 1 failure, 2 not valid (also: wrong use). Every
 * command loads its own parts, so that the quick ones start quickly.
 */
export function createProgram(): Command {
  const program = new Command('orchestrator')
    .description('Validate, run and format pipelines, and serve the editor.')
    .version(version)
    .addHelpText('after', exitCodes)
    .showHelpAfterError('(orchestrator --help shows all commands)')
    .exitOverride()

  program
    .command('validate')
    .description('list every problem of a pipeline file')
    .argument('<file>', 'pipeline file (YAML)')
    .option('--json', 'print { problems } as JSON')
    .action(async (file: string, options: { json?: boolean }) => {
      const { validateCommand } = await import('./cli/validate-command.ts')
      process.exitCode = await validateCommand(file, options)
    })

  program
    .command('run')
    .description('run a pipeline file here, beside any server; its files are relative to the current folder')
    .argument('<file>', 'pipeline file (YAML)')
    .option('-i, --input <name=value>', 'an input, read by its type; repeat for more', collect)
    .option('--json', 'print { status, outputs, steps, problems } as JSON')
    .option('--allow-private-network', 'let steps reach this machine and private networks')
    .option(
      '--answer <step=answer>',
      'answers a step that waits: approve, "reject: why", JSON; repeat for more',
      collect,
    )
    .option('--until <step>', 'only this step and what it needs; repeat for more', collect)
    .option('--breakpoint <step>', 'pause before it; "STEP if CONDITION"; repeat for more', collect)
    .option('--step', 'pause before every step')
    .action(async (file: string, options: RunOptions) => {
      const { runCommand } = await import('./cli/run-command.ts')
      process.exitCode = await runCommand(file, {
        ...options,
        input: options.input ?? [],
        answer: options.answer ?? [],
      })
    })

  program
    .command('format')
    .description('rewrite a pipeline file in its one canonical form')
    .argument('<file>', 'pipeline file (YAML)')
    .option('--check', 'change nothing; exit 1 when the file is not formatted')
    .action(async (file: string, options: { check?: boolean }) => {
      const { formatCommand } = await import('./cli/format-command.ts')
      process.exitCode = await formatCommand(file, options)
    })

  program
    .command('export')
    .description('print a stored pipeline as YAML')
    .argument('<id>', 'id of the pipeline, as in its address')
    .option('-o, --output <file>', 'write it to a file instead')
    .action(async (id: string, options: { output?: string }) => {
      const { exportCommand } = await import('./cli/transfer-commands.ts')
      process.exitCode = await exportCommand(id, options)
    })

  program
    .command('import')
    .description('store a pipeline file and print its id')
    .argument('<file>', 'pipeline file (YAML)')
    .action(async (file: string) => {
      const { importCommand } = await import('./cli/transfer-commands.ts')
      process.exitCode = await importCommand(file)
    })

  addAnswerCommands(program)
  addRunCommands(program)

  program
    .command('backup')
    .description('write everything that is stored to one file (the embedded database: stop the server first)')
    .argument('<file>', 'a file that is not there yet')
    .action(async (file: string) => {
      const { backupCommand } = await import('./cli/backup-commands.ts')
      process.exitCode = await backupCommand(file)
    })

  program
    .command('restore')
    .description('bring everything of a backup into an empty data directory or database')
    .argument('<file>', 'file that `backup` has written')
    .action(async (file: string) => {
      const { restoreCommand } = await import('./cli/backup-commands.ts')
      process.exitCode = await restoreCommand(file)
    })

  program
    .command('worker')
    .description('carry out runs of the PostgreSQL database in DATABASE_URL, beside any number of others')
    .option('-l, --labels <labels>', 'take runs that need these labels too, e.g. gpu,eu (or ORCHESTRATOR_LABELS)')
    .option('--max-runs <number>', 'runs carried out at a time, 100 (or ORCHESTRATOR_MAX_RUNS)')
    .action(async (options: { labels?: string; maxRuns?: string }) => {
      quickStart()
      const { workerCommand } = await import('./cli/worker-command.ts')
      await workerCommand(options)
    })

  program
    .command('web')
    .description('serve the editor and the API, and carry out runs')
    .option('--web-only', 'leave the runs to workers')
    .option('--dev', 'for work on the product itself: pages are compiled as they are asked for')
    .action(async (options: { webOnly?: boolean; dev?: boolean }) => {
      quickStart()
      const { serveWeb } = await import('./serve-web.ts')
      await serveWeb([...(options.webOnly ? ['--web-only'] : []), ...(options.dev ? ['--dev'] : [])])
    })

  return program
}

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }
const exitCodes = '\nExit codes: 0 success, 1 failure, 2 not valid or wrong use.'

interface RunOptions {
  input?: string[]
  answer?: string[]
  json?: boolean
  allowPrivateNetwork?: boolean
  until?: string[]
  breakpoint?: string[]
  step?: boolean
}

const collect = (value: string, previous: string[] = []): string[] => [...previous, value]

async function main(): Promise<void> {
  // Whoever reads may stop reading (`| head`): that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  try {
    await createProgram().parseAsync()
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
    else {
      console.error(sentenceOf(error) ?? error)
      process.exitCode = error instanceof OrchestratorError && error.code === 'invalid-request' ? 2 : 1
    }
  }
}

await main()
