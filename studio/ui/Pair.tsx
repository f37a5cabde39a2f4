import type { ReactNode } from 'react';

/** A name with its value, and what is to be known of it below. */
export function Pair({ name, value, note }: { name: ReactNode; value: ReactNode; note?: ReactNode }) {
  return (
    <li>
      <span className="pair-name">{name}</span>
      <span className="pair-value">{value}</span>
      {note && <span className="quiet pair-note">{note}</span>}
    </li>
  );
}
