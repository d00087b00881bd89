let lastMillisecond = 0
let counter = 0

/**
 * A new row id: a UUID version 7 in its usual text form. Ids made by one process sort in the order they were made, and
 * ids of different processes sort by millisecond; works in browsers, workers and Node.
 */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const now = Date.now()
  if (now > lastMillisecond) {
    lastMillisecond = now
    // The counter starts in its lower half, so that it can count up for the rest of the millisecond.
    counter = ((bytes[6]! & 0x07) << 8) | bytes[7]!
  } else {
    counter += 1
    if (counter > 0xfff) {
      // More than the counter holds, or the clock went back: borrow from the next millisecond to stay in order.
      lastMillisecond += 1
      counter = 0
    }
  }
  bytes[0] = lastMillisecond / 2 ** 40
  bytes[1] = lastMillisecond / 2 ** 32
  bytes[2] = lastMillisecond / 2 ** 24
  bytes[3] = lastMillisecond / 2 ** 16
  bytes[4] = lastMillisecond / 2 ** 8
  bytes[5] = lastMillisecond
  bytes[6] = 0x70 | (counter >> 8)
  bytes[7] = counter
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
