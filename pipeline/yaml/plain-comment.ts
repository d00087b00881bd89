/** One line of a comment as the text can hold it: without control characters, which would end it, and blanks at its end. */
export function plainComment(line: string): string {
  // oxlint-disable-next-line no-control-regex
  return line.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/g, '').trimEnd()
}
