import { Command, Option } from 'commander'
import { rerunTargets } from '#server/runs/control-records.ts'
import type { FollowOptions, NewRunOptions } from './run-control-commands.ts'

const collect = (value: string, previous: string[] = []): string[] => [...previous, value]
const load = (): Promise<typeof import('./run-control-commands.ts')> => import('./run-control-commands.ts')

/** Options of the commands that make a new run. */
function withFollowing(command: Command): Command {
  return command.option('--wait', 'wait for its end: exit 1 unless it succeeds').option('--json', 'print it as JSON')
}

const withInputs = (command: Command): Command =>
  command.option('-i, --input <name=value>', 'an input, read by its type; repeat for more', collect)

const runArgument = ['<run>', 'id of the run, as in its address'] as const
const pipelineArgument = ['<pipeline>', 'id of the pipeline, as in its address'] as const

/** `runs` and `pins`: control over the runs of a server. */
export function addRunCommands(program: Command): void {
  const runs = program
    .command('runs')
    .description('list, start, stop and repeat the runs of a server (ORCHESTRATOR_URL) or database')

  runs
    .command('list')
    .description('the newest runs')
    .option('-p, --pipeline <id>', 'of this pipeline')
    .option('-s, --status <status>', 'with this status; repeat for more', collect)
    .option('--search <text>', 'with this in the name of their pipeline, or this id')
    .option('-n, --limit <number>', 'as many, at most 200', '20')
    .option('--json', 'print them as JSON')
    .action(
      async (options: { pipeline?: string; status?: string[]; search?: string; limit: string; json?: boolean }) => {
        process.exitCode = await (await load()).listCommand(options)
      },
    )

  runs
    .command('show')
    .description('where a run stands, step by step')
    .argument(...runArgument)
    .option('--json', 'print it as JSON')
    .action(async (run: string, options: { json?: boolean }) => {
      process.exitCode = await (await load()).showCommand(run, options)
    })

  withFollowing(
    withInputs(
      runs
        .command('start')
        .description('start a run')
        .argument(...pipelineArgument),
    ),
  )
    .option('--version-number <number>', 'of this version; of the draft without it')
    .option('--key <key>', 'started twice with one key it is one run')
    .option('--priority <number>', 'from -100 to 100: higher goes first where runs wait for a worker')
    .option('--until <step>', 'only this step and what it needs; repeat for more', collect)
    .option('--breakpoint <step>', 'pause before it; "STEP if CONDITION"; repeat for more', collect)
    .option('--step', 'pause before the first step')
    .action(async (pipeline: string, options: NewRunOptions) => {
      process.exitCode = await (await load()).startCommand(pipeline, options)
    })

  withFollowing(
    runs
      .command('retry')
      .description('run again what failed and what never came to its turn; the rest is reused')
      .argument(...runArgument),
  ).action(async (run: string, options: FollowOptions) => {
    process.exitCode = await (await load()).retryCommand(run, options)
  })

  withFollowing(
    withInputs(
      runs
        .command('rerun')
        .description('run again from a step on; what is before it is reused')
        .argument(...runArgument)
        .argument('<step>', 'its path, such as load or each[3].mood'),
    ),
  )
    .addOption(
      new Option('--on <document>', 'the document of the run, the newest version, or the draft')
        .choices([...rerunTargets])
        .default('same'),
    )
    .action(
      async (
        run: string,
        step: string,
        options: FollowOptions & { on: 'same' | 'latest' | 'draft'; input?: string[] },
      ) => {
        process.exitCode = await (await load()).rerunCommand(run, step, options)
      },
    )

  withFollowing(
    withInputs(
      runs
        .command('run-to')
        .description('run the draft up to a step')
        .argument(...pipelineArgument)
        .argument('<step>', 'its path'),
    ),
  ).action(async (pipeline: string, step: string, options: FollowOptions & { input?: string[] }) => {
    process.exitCode = await (await load()).runToCommand(pipeline, step, options)
  })

  withFollowing(
    withInputs(
      runs
        .command('run-step')
        .description('run one step of the draft, with what the latest run had before it')
        .argument(...pipelineArgument)
        .argument('<step>', 'its path'),
    ),
  )
    .option('--with <json>', 'settings in place of its own')
    .action(async (pipeline: string, step: string, options: FollowOptions & { input?: string[]; with?: string }) => {
      process.exitCode = await (await load()).runStepCommand(pipeline, step, options)
    })

  runs
    .command('pause')
    .description('start nothing more of a run; what is in flight goes on')
    .argument(...runArgument)
    .action(async (run: string) => {
      process.exitCode = await (await load()).tellCommand({ kind: 'pause', run })
    })

  runs
    .command('resume')
    .description('let a paused run go on')
    .argument(...runArgument)
    .option('--step', 'one step, then pause again')
    .action(async (run: string, { step }: { step?: boolean }) => {
      process.exitCode = await (await load()).tellCommand({ kind: 'resume', run, mode: step ? 'step' : 'continue' })
    })

  runs
    .command('edit')
    .description('replace the output of a finished step of a paused run')
    .argument(...runArgument)
    .argument('<step>', 'its path')
    .argument('<value>', 'JSON')
    .action(async (run: string, step: string, value: string) => {
      process.exitCode = await (await load()).editCommand(run, step, value)
    })

  runs
    .command('breakpoints')
    .description('replace the breakpoints of a run that has not ended; none removes them')
    .argument(...runArgument)
    .argument('[step...]', 'STEP or "STEP if CONDITION"')
    .action(async (run: string, steps: string[]) => {
      process.exitCode = await (await load()).breakpointsCommand(run, steps)
    })

  runs
    .command('cancel')
    .description('stop a run; a second time, without waiting for steps in flight')
    .argument(...runArgument)
    .action(async (run: string) => {
      process.exitCode = await (await load()).tellCommand({ kind: 'cancel', run })
    })

  const pins = program.command('pins').description('outputs that stand in for steps in runs of a draft')

  pins
    .command('list')
    .description('the pinned outputs of a pipeline')
    .argument(...pipelineArgument)
    .option('--json', 'print them as JSON')
    .action(async (pipeline: string, options: { json?: boolean }) => {
      process.exitCode = await (await load()).pinsCommand(pipeline, options)
    })

  pins
    .command('set')
    .description('pin an output: what a run gave out, or a value')
    .argument(...pipelineArgument)
    .argument('<step>', 'its path, such as each.mood')
    .option('--from <run>', 'the output of this run')
    .option('--value <json>', 'this value')
    .action(async (pipeline: string, step: string, options: { from?: string; value?: string }) => {
      process.exitCode = await (await load()).pinCommand(pipeline, step, options)
    })

  pins
    .command('remove')
    .description('carry the step out again')
    .argument(...pipelineArgument)
    .argument('<step>', 'its path')
    .action(async (pipeline: string, step: string) => {
      process.exitCode = await (await load()).unpinCommand(pipeline, step)
    })
}
