import { defineConfig } from 'drizzle-kit'

// `npx drizzle-kit generate --name <what-changed>` after every change of the schema; the SQL is committed and applied when a database opens.
export default defineConfig({ dialect: 'postgresql', schema: './db/schema/schema.ts', out: './db/migrations' })
