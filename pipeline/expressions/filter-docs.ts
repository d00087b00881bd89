/** One line for a person about a filter, test or global. */
export interface CallableDoc {
  signature: string
  summary: string
}

export const filterDocs: Readonly<Record<string, CallableDoc>> = {}
export const testDocs: Readonly<Record<string, CallableDoc>> = {}
export const globalDocs: Readonly<Record<string, CallableDoc>> = {}
export const filterNames: readonly string[] = Object.keys(filterDocs)
export const testNames: readonly string[] = Object.keys(testDocs)
