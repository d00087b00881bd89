import { z } from 'zod'
import type { JsonSchema } from '#pipeline/manifest.ts'
import { toText } from '#pipeline/item-text.ts'
import { anyJson, anyJsonObject, defineStep } from './define-step.ts'

export const aiGenerate = defineStep({
  type: 'ai.generate',
  title: 'Generate',
  summary: '{{ prompt | truncate(80) }}{{ " with " ~ model if model }}',
  icon: 'sparkles',
  category: 'ai',
  docs: `
Asks a language model. The answer appears on the card word by word.

\`model\` is \`connection/model\`, such as \`openai/gpt-4o-mini\`, \`anthropic/claude-haiku-4-5\` or \`ollama/llama3.2\`; when empty,
the workspace's default model is used, or else the first one available. Keys are added in Settings > Connections. A model
server on this machine (Ollama, LM Studio, vLLM, llama.cpp ...) is found by itself and costs nothing.

The output has \`text\` and \`usage\` (\`model\`, \`provider\`, \`inputTokens\`, \`outputTokens\`, \`costUsd\`, which is null when the price is not
known). With a \`schema\` (JSON Schema) it has \`object\`, checked against the schema, instead of \`text\`.
`,
  keywords: [
    'llm',
    'gpt',
    'claude',
    'gemini',
    'ollama',
    'chat',
    'prompt',
    'summarise',
    'summarize',
    'write',
    'translate',
    'extract',
  ],
  config: z.strictObject({
    model: z.string().optional().meta({
      title: 'Model',
      description: "Connection and model; the workspace's default when empty.",
      control: 'model',
      placeholder: 'openai/gpt-4o-mini',
    }),
    prompt: anyJson.meta({
      title: 'Prompt',
      description: 'What to ask. May hold expressions.',
      control: 'template',
      placeholder: 'Summarise in two sentences: {{ load.text }}',
    }),
    system: anyJson.optional().meta({
      title: 'Instructions',
      description: 'How the model should behave, for every prompt of this step.',
      control: 'template',
      placeholder: 'You are a careful editor.',
    }),
    schema: anyJsonObject.optional().meta({
      title: 'Schema',
      description: 'JSON Schema of the answer; the output is then an object that fits it.',
      control: 'schema',
    }),
    temperature: z.number().min(0).max(2).optional().meta({
      title: 'Temperature',
      description: 'How free the choice of words is: 0 is the steadiest. Some models ignore it.',
      control: 'number',
      placeholder: '0.7',
      advanced: true,
    }),
    max_tokens: z.int().min(1).optional().meta({
      title: 'Maximum length',
      description: 'In tokens, about three quarters of a word each.',
      control: 'number',
      placeholder: '1000',
      advanced: true,
    }),
  }),
  output: z.object({
    text: z.string().optional(),
    object: anyJson.optional(),
    usage: z.object({
      model: z.string(),
      provider: z.string(),
      inputTokens: z.number(),
      outputTokens: z.number(),
      costUsd: z.number().nullable(),
    }),
  }),
  effects: 'read',
  cacheable: false,
  examples: [
    {
      title: 'A summary',
      with: { model: 'openai/gpt-4o-mini', prompt: 'Summarise in one sentence: {{ text }}' },
      scope: { text: 'Ada Lovelace wrote the first program in 1843.' },
    },
    {
      title: 'An object that fits a schema',
      with: {
        model: 'openai/gpt-4o-mini',
        prompt: 'Who wrote the first program, and when? {{ text }}',
        schema: {
          type: 'object',
          properties: { person: { type: 'string' }, year: { type: 'integer' } },
          required: ['person', 'year'],
        },
      },
      scope: { text: 'Ada Lovelace wrote the first program in 1843.' },
    },
  ],
  async execute({ config, models, emit, signal }) {
    const { text, object, usage } = await models.generate(
      {
        prompt: toText(config.prompt),
        ...(config.model ? { model: config.model } : {}),
        ...(config.system ? { system: toText(config.system) } : {}),
        ...(config.schema ? { schema: config.schema as JsonSchema } : {}),
        ...(config.temperature === undefined ? {} : { temperature: config.temperature }),
        ...(config.max_tokens === undefined ? {} : { maxOutputTokens: config.max_tokens }),
        signal,
      },
      (delta) => emit({ kind: 'text', text: delta }),
    )
    return config.schema ? { object: object ?? null, usage } : { text, usage }
  },
})
