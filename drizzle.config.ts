// `npm run db:generate -- --name <what-changed>` after every change of the schema; the SQL is committed and applied when a
// database opens. drizzle-kit itself is fetched into .test-tools when it is needed: it is large, and running needs none of it.
export default { dialect: 'postgresql', schema: './db/schema/schema.ts', out: './db/migrations' }
