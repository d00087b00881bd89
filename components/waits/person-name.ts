/** Who answered, in words: an installation without accounts knows only its owner. */
export const personName = (by: string): string => (by === 'owner' ? 'the owner' : by)
