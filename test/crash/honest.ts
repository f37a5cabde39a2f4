import { expect } from 'vitest';
import type { Kept } from './scene.ts';

/** The ledger says what the mail server has: nothing twice that may be once, nothing lost without a name for it. */
export function expectHonest(kept: readonly Kept[]): void {
  for (const { row, attempts, mails } of kept) {
    const of = `${row.class} ${row.state} (${row.reason}) ${row.id}`;
    expect(mails, `${of}: no mail without its attempt (I9)`).toBeLessThanOrEqual(attempts);
    expect(mails, `${of}: at most once, or twice when it may be resent (I1)`).toBeLessThanOrEqual(
      row.class === 'marketing' ? 1 : 2,
    );
    if (row.state === 'accepted') expect(mails, `${of}: what is said to be accepted is there`).toBeGreaterThan(0);
    else
      expect(['abandoned', 'quarantined'], `${of}: ended without a mail only for a named reason`).toContain(row.state);
    if (row.state === 'quarantined') expect(mails, `${of}: never left`).toBe(0);
  }
}
