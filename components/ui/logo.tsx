/** The mark: three steps joined into one line of work. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" className={className} aria-hidden>
      <rect width="24" height="24" rx="6.5" fill="var(--accent)" />
      <path
        d="M7 8h4.5a3 3 0 0 1 3 3v2a3 3 0 0 0 3 3"
        fill="none"
        stroke="white"
        strokeWidth="1.75"
        strokeLinecap="round"
      />
      <circle cx="6.75" cy="8" r="2.25" fill="white" />
      <circle cx="17.25" cy="16" r="2.25" fill="white" />
      <circle cx="6.75" cy="16" r="1.75" fill="white" fillOpacity="0.55" />
      <path d="M8.5 16h4" stroke="white" strokeOpacity="0.55" strokeWidth="1.75" strokeLinecap="round" />
    </svg>
  )
}
