import type { House } from '../../src/api/index.ts';

const thawed = { frozen: false, cause: null, reason: null, since: null, by: null } as const;

/** A send ledger in which nothing was ever planned. */
export const emptyLedger: Pick<
  House['messages'],
  'ledger' | 'ledgerMessages' | 'ledgerStory' | 'release' | 'sending' | 'pacing'
> = {
  ledger: async () => ({ lines: [], reasons: [], doubt: { open: 0, abandoned: 0, resent: 0, late: 0 } }),
  ledgerMessages: async () => [],
  ledgerStory: async () => null,
  release: async () => {},
  pacing: {
    state: async () => ({ lanes: [], warmUps: [], brakes: [], told: [], domains: ['mail.shop.example'] }),
    setRate: async () => {},
    warmUp: async () => {},
    endWarmUp: async () => false,
    release: async () => {},
    tell: async () => {},
  },
  sending: {
    state: async () => thawed,
    freeze: async ({ reason, by }) => ({ ...thawed, frozen: true, cause: 'hand', reason, by, since: 0 }),
    thaw: async (by) => ({ ...thawed, by, expired: 0 }),
  },
};
