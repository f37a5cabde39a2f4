import type { LedgerPage, LedgerStory, LedgerView, SendingView } from '../../src/api/contract-ledger.ts';
import type { PaceView } from '../../src/api/contract-pace.ts';

type Iso = (hours: number) => string;

const going: SendingView = { frozen: false, cause: null, reason: null, since: null, by: null };

const reasons: LedgerView['reasons'] = [
  { state: 'accepted', heldOut: false, reason: null, count: 31_204 },
  { state: 'skipped', heldOut: true, reason: 'held out', count: 3_466 },
  { state: 'skipped', heldOut: false, reason: 'no consent', count: 1_902 },
  { state: 'skipped', heldOut: false, reason: 'cap', count: 411 },
  { state: 'held', heldOut: false, reason: 'quiet hours', count: 208 },
  { state: 'rejected', heldOut: false, reason: '550', count: 61 },
  { state: 'deferred', heldOut: false, reason: '421', count: 17 },
  { state: 'in_doubt', heldOut: false, reason: 'no answer after the mail was handed over', count: 2 },
  { state: 'abandoned', heldOut: false, reason: 'the worker was lost while sending', count: 1 },
  { state: 'quarantined', heldOut: false, reason: 'three workers died on it', count: 1 },
];

export function ledgerOf(iso: Iso, empty: boolean): LedgerView {
  const rows = empty ? [] : reasons;
  const states: Record<string, number> = {};
  for (const { state, count } of rows) states[state] = (states[state] ?? 0) + count;
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  const doubt = empty ? { open: 0, abandoned: 0, resent: 0, late: 0 } : { open: 2, abandoned: 1, resent: 3, late: 4 };
  const sending: SendingView = empty
    ? { frozen: true, cause: 'restored', reason: 'the database was restored from a backup', since: iso(-2), by: null }
    : going;
  return { total, states, classes: {}, journeys: [], days: [], reasons: rows, heldOut: 3_466, doubt, sending };
}

export function ledgerPageOf(iso: Iso, search: URLSearchParams, keys: readonly string[]): LedgerPage {
  const [state, reason] = [search.get('state'), search.get('reason')];
  const rows = reasons.filter(
    (row) => (state === null || row.state === state) && (reason === null || row.reason === reason),
  );
  const messages = Array.from({ length: rows.length * 3 }, (_, index) => {
    const { state: now, reason: why } = rows[index % rows.length]!;
    return {
      id: `0193-m${index}`,
      key: `run/mail/${index}/email`,
      journey: keys[index % keys.length]!,
      activity: 'mail',
      class: index % 7 === 3 ? ('transactional' as const) : ('marketing' as const),
      state: now,
      reason: why === '550' ? '550 5.1.1 <a@exempel.se>: Recipient address rejected: User unknown in table' : why,
      profileId: `0193-${index}`,
      plannedAt: iso(-index * 1.7),
      changedAt: iso(-index * 1.7),
      attempts: now === 'skipped' ? 0 : 1 + (index % 3),
      test: index === 5,
    };
  });
  return { messages, next: messages.length > 0 ? '0193-m29' : null };
}

export function ledgerStoryOf(iso: Iso, id: string, key: string): LedgerStory {
  const attempt = { mailId: '<0193.1@mail.exempel.se>', transport: 'smtp', late: null };
  return {
    ...ledgerPageOf(iso, new URLSearchParams({ state: 'in_doubt' }), [key]).messages[0]!,
    id,
    template: 'abandoned-cart',
    subject: 'Maximiliane, Ihre beiden Wintermäntel warten noch im Warenkorb',
    recipient: 'maximiliane.freifrau-von-hohenzollern@exempel.se',
    arm: 'treated',
    due: iso(-1),
    deadline: iso(23),
    acceptedAt: null,
    resent: false,
    crashes: 1,
    wire: [
      {
        ...attempt,
        no: 1,
        startedAt: iso(-1),
        endedAt: iso(-1),
        result: { kind: 'answered', code: 451, says: '451 4.7.1 Greylisted, please try again in 300 seconds' },
      },
      {
        ...attempt,
        no: 2,
        startedAt: iso(-0.5),
        endedAt: iso(-0.5),
        result: { kind: 'lost', says: 'the connection was reset', bodyEnded: true },
      },
    ],
    heard: [{ kind: 'delivered', at: iso(-0.2), class: null, status: '2.0.0', says: null }],
  };
}

export function paceOf(iso: Iso, empty: boolean): PaceView {
  if (empty) return { lanes: [], warmUps: [], brakes: [], told: [], domains: ['mail.exempel.se'] };
  const lane = { ceiling: null, closedUntil: null, loweredAt: null };
  return {
    lanes: [
      { ...lane, lane: 'host:gmail', perMinute: 40, why: '421 4.7.28 Gmail has detected an unusual rate of mail' },
      { ...lane, lane: 'host:gmx', perMinute: null, closedUntil: iso(1.5), why: '421 nemesis.example closed' },
    ],
    warmUps: [
      {
        domain: 'mail.exempel.se',
        caps: [50, 100, 200, 400],
        step: 2,
        day: '2026-11-24',
        used: 131,
        room: 69,
        kept: null,
        begunAt: iso(-60),
        endedAt: null,
      },
    ],
    brakes: [
      {
        scope: 'journey:viewed-not-bought',
        why: '0.31 % complaints',
        counts: { sent: 2204, hard: 12, complained: 7 },
        pulledAt: iso(-5),
        releasedAt: null,
        releasedBy: null,
        note: null,
      },
    ],
    told: [
      { domain: 'mail.exempel.se', host: 'gmail', day: '2026-11-23', share: 0.0009, toldAt: iso(-20), toldBy: 'Eva' },
    ],
    domains: ['mail.exempel.se'],
  };
}
