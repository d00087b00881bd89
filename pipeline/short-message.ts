const most = 600

/** A message that people can read whatever was quoted in it: the middle of one over 600 characters is left out. */
export function shortMessage(message: string): string {
  return message.length <= most ? message : `${message.slice(0, most - 200)} … ${message.slice(-190)}`
}
