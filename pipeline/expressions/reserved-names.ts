/** Names that cannot be step ids or inputs: words of the language, and variables that blocks bind by themselves. */
export const reservedNames: ReadonlySet<string> = new Set([
  'and',
  'or',
  'not',
  'in',
  'is',
  'if',
  'else',
  'true',
  'false',
  'none',
  'True',
  'False',
  'None',
  'loop',
  'caller',
])
