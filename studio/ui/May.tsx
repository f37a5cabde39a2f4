import type { ReactNode } from 'react';
import { type Asked, useMay } from './may.ts';

/** What only those may do who have what is asked; nothing for others. */
export function May({ ask, children }: { ask: Asked | readonly Asked[]; children: ReactNode }) {
  const may = useMay();
  return may(...(typeof ask === 'string' ? [ask] : ask)) ? children : null;
}
