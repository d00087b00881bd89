/** The door of the engine: start, watch and cancel runs. */
export type { Engine, EngineOptions, StartRequest, StepRegistry, StepServices } from './engine-types.ts'
export type { RunChanged, RunSignal } from './hub-types.ts'
