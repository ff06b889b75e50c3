import type { ReactElement } from 'react';

/** The mark: a core and the ring that is open to what comes next. */
export function Logo({ size = 24 }: { size?: number }): ReactElement {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden focusable="false">
      <g stroke="var(--aura-accent)">
        <circle cx="16" cy="16" r="13.5" strokeWidth="1.75" opacity="0.3" />
        <path d="M16 7a9 9 0 1 1-8.1 5.1" strokeWidth="2.5" strokeLinecap="round" />
      </g>
      <circle cx="16" cy="16" r="3.75" fill="var(--aura-accent)" />
    </svg>
  );
}
