import pg from 'pg'

const { builtins } = pg.types

/** As PGlite does it: a number while that is exact. */
function parseInteger(text: string): number | bigint {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : BigInt(text)
}

// Process-wide and not per connection, because drizzle asks this table whatever the connection says.
pg.types.setTypeParser(builtins.INT8, parseInteger)
const parseBytea = pg.types.getTypeParser(builtins.BYTEA) as (text: string) => Buffer
pg.types.setTypeParser(builtins.BYTEA, (text: string) => {
  const bytes = parseBytea(text)
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
})

export { pg }
