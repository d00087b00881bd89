import { z } from 'zod'

/** Ids are opaque; the limit keeps nonsense out of queries and logs. */
export const idSchema = z.string().min(1).max(100)
export const nameSchema = z.string().trim().min(1, 'a name of at least one character').max(200)
export const searchSchema = z.string().trim().max(200).optional()
export const cursorSchema = z.string().max(300).nullish()
export const pageSizeSchema = z.int().min(1).max(200).default(50)
export const filePathSchema = z.string().min(1).max(1000)

/** A document as JSON (checked by the service, which can say what is wrong with it), or as YAML text. */
export const documentOrYamlSchema = z.object({
  document: z.unknown().optional(),
  yaml: z.string().max(5_000_000).optional(),
})
