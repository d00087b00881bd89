import type { ResolvedConnection } from '#server/secrets/connection.ts'
import { createProviderFetch } from './provider-fetch.ts'
import { readModelEntries } from './read-model-list.ts'

/** A model server on this machine, found by itself. */
export interface LocalServer {
  connection: ResolvedConnection & { baseUrl: string }
  models: string[]
}
export interface LocalServerAddress {
  name: string
  baseUrl: string
}

/** Where model servers listen unless told otherwise. */
export const usualLocalServers: readonly LocalServerAddress[] = [
  { name: 'ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  { name: 'lm-studio', baseUrl: 'http://127.0.0.1:1234/v1' },
  { name: 'vllm', baseUrl: 'http://127.0.0.1:8000/v1' },
  { name: 'llama-cpp', baseUrl: 'http://127.0.0.1:8080/v1' },
  { name: 'jan', baseUrl: 'http://127.0.0.1:1337/v1' },
  { name: 'koboldcpp', baseUrl: 'http://127.0.0.1:5001/v1' },
  { name: 'gpt4all', baseUrl: 'http://127.0.0.1:4891/v1' },
]

/** A port where nothing listens answers at once; this is for one that hangs. */
const timeoutMs = 1_500

/** What people would do to have that server. */
export const localServerHints: Record<string, string> = {
  ollama: 'start Ollama (ollama serve) and pull the model (ollama pull NAME)',
  'lm-studio': "start LM Studio's local server",
  vllm: 'start vLLM (vllm serve NAME)',
  'llama-cpp': 'start llama.cpp (llama-server -m FILE)',
  localai: 'start LocalAI',
}

async function probe({ name, baseUrl }: LocalServerAddress): Promise<LocalServer | null> {
  try {
    const response = await createProviderFetch(baseUrl)(`${baseUrl}/models`, { signal: AbortSignal.timeout(timeoutMs) })
    const entries = await readModelEntries(response)
    // llama.cpp and LocalAI share a port; llama.cpp signs its models.
    const isLocalAi = name === 'llama-cpp' && entries.every((entry) => entry.ownedBy !== 'llamacpp')
    const connection = { name: isLocalAi ? 'localai' : name, provider: 'openai-compatible' as const, baseUrl }
    return { connection, models: entries.map((entry) => entry.id) }
  } catch {
    // Nothing there, or something that is no model server: the same to us.
    return null
  }
}

/** Asks all addresses at once; takes 1.5 seconds at most. */
export async function findLocalServers(addresses: readonly LocalServerAddress[]): Promise<LocalServer[]> {
  return (await Promise.all(addresses.map(probe))).filter((server) => server !== null)
}

/** Whether the connection is to a model server on this machine, where models cost nothing. */
export function isLocalConnection({ provider, baseUrl }: ResolvedConnection): boolean {
  // A cloud provider with an address on this machine is a proxy: its models cost what they cost.
  if (provider !== 'openai-compatible' || !baseUrl) return false
  const { hostname } = new URL(baseUrl)
  return (
    hostname === 'localhost' ||
    hostname === '[::1]' ||
    hostname.endsWith('.localhost') ||
    /^127(\.\d+){3}$/.test(hostname)
  )
}
