// The package ships no types; this is the part that is used.
declare module 'html-to-text' {
  export interface HtmlToTextOptions {
    wordwrap?: number | false
    baseElements?: { selectors: string[]; returnDomByDefault?: boolean }
    limits?: { maxInputLength?: number }
    selectors?: { selector: string; format?: string; options?: Record<string, unknown> }[]
  }
  export function convert(html: string, options?: HtmlToTextOptions): string
}
