/** Advisory lock of whoever deletes old runs and values, or needs that nobody does. Any number that nothing else locks. */
export const sweepLock = 7_220_414
