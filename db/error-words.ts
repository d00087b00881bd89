/** What separates words in error messages, as in addresses and paths. */
const separators = `.,:;/\\-_@#''"()[]{}<>=+*&%$!?|~^` + '`'

/**
 * SQL for the words of the message in an error column, as a text search vector: the expression of the index
 * `runs_by_error_words`, to the letter, or it is not used. The index is in a migration only: drizzle-kit cannot read such signs.
 */
export const errorWordsSql = (column: string): string =>
  `to_tsvector('simple', translate(${column} ->> 'message', '${separators}', '${' '.repeat(separators.length - 1)}'))`
