import { z } from 'zod'
import { resumeModes, rerunTargets } from '#server/runs/control-records.ts'
import { runOptionsSchema } from '#pipeline/run-options.ts'
import { idSchema } from './inputs.ts'
import { runnerProcedure } from './trpc.ts'

const byRunId = z.object({ runId: idSchema })
const stepPathSchema = z.string().min(1).max(1_000)
const inputsSchema = z.record(z.string(), z.json()).optional()

/** Control over runs: procedures of `runs`. Those that give a new run answer `{ runId }`. */
export const runControlProcedures = {
  retry: runnerProcedure
    .input(byRunId)
    .mutation(({ ctx, input }) => ctx.services.runControl.retry(ctx.scope, input.runId)),

  rerunFrom: runnerProcedure
    .input(byRunId.extend({ path: stepPathSchema, on: z.enum(rerunTargets).default('same'), inputs: inputsSchema }))
    .mutation(({ ctx, input }) => ctx.services.runControl.rerunFrom(ctx.scope, input)),

  runTo: runnerProcedure
    .input(z.object({ pipelineId: idSchema, path: stepPathSchema, inputs: inputsSchema }))
    .mutation(({ ctx, input }) => ctx.services.runControl.runTo(ctx.scope, input)),

  runStep: runnerProcedure
    .input(
      z.object({
        pipelineId: idSchema,
        path: stepPathSchema,
        with: z.record(z.string(), z.json()).optional(),
        inputs: inputsSchema,
      }),
    )
    .mutation(({ ctx, input }) => ctx.services.runControl.runStep(ctx.scope, input)),

  pause: runnerProcedure
    .input(byRunId)
    .mutation(({ ctx, input }) => ctx.services.runControl.pause(ctx.scope, input.runId)),

  resume: runnerProcedure
    .input(byRunId.extend({ mode: z.enum(resumeModes).default('continue') }))
    .mutation(({ ctx, input }) => ctx.services.runControl.resume(ctx.scope, input.runId, input.mode)),

  editValue: runnerProcedure
    .input(byRunId.extend({ path: stepPathSchema, value: z.json() }))
    .mutation(({ ctx, input }) => ctx.services.runControl.editValue(ctx.scope, input)),

  setBreakpoints: runnerProcedure
    .input(byRunId.extend({ breakpoints: runOptionsSchema.shape.breakpoints.unwrap().max(200) }))
    .mutation(({ ctx, input }) => ctx.services.runControl.setBreakpoints(ctx.scope, input.runId, input.breakpoints)),
}
