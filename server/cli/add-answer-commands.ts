import type { Command } from 'commander'

/** The commands with which people and systems answer runs that wait. */
export function addAnswerCommands(program: Command): void {
  program
    .command('waiting')
    .description('list what waits for people')
    .option('--json', 'print { items, total } as JSON')
    .action(async (options: { json?: boolean }) => {
      const { waitingCommand } = await import('./answer-commands.ts')
      process.exitCode = await waitingCommand(options)
    })

  program
    .command('approve')
    .description('approve what waits for approval')
    .argument('<question>', 'its id (see waiting), its link, or the token in it')
    .option('--value <json>', 'in place of the value that is asked about')
    .option('--reason <text>', 'why')
    .action(async (question: string, { value, reason }: { value?: string; reason?: string }) => {
      const { answerCommand, parseJsonOption } = await import('./answer-commands.ts')
      process.exitCode = await answerCommand(question, {
        kind: 'approve',
        ...(value === undefined ? {} : { value: parseJsonOption('--value', value) }),
        ...(reason === undefined ? {} : { reason }),
      })
    })

  program
    .command('reject')
    .description('reject what waits for approval')
    .argument('<question>', 'its id (see waiting), its link, or the token in it')
    .option('--reason <text>', 'why')
    .action(async (question: string, { reason }: { reason?: string }) => {
      const { answerCommand } = await import('./answer-commands.ts')
      process.exitCode = await answerCommand(question, { kind: 'reject', ...(reason === undefined ? {} : { reason }) })
    })

  program
    .command('submit')
    .description('fill in a form that waits')
    .argument('<question>', 'its id (see waiting), its link, or the token in it')
    .argument('[field=value...]', 'what to fill in; each is read by the type of its field')
    .action(async (question: string, fields: string[]) => {
      const { answerCommand, parseFieldOptions } = await import('./answer-commands.ts')
      process.exitCode = await answerCommand(question, { kind: 'submit', values: parseFieldOptions(fields) })
    })

  program
    .command('send-event')
    .description('send an event to runs that wait for it')
    .argument('<name>', 'name of the event')
    .option('--key <key>', 'what it is about')
    .option('--payload <json>', 'what goes with it')
    .option('--id <id>', 'sent twice under one id it is one event')
    .action(async (name: string, options: { key?: string; payload?: string; id?: string }) => {
      const { sendEventCommand } = await import('./answer-commands.ts')
      process.exitCode = await sendEventCommand(name, options)
    })
}
