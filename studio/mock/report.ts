import type { HarmView } from '../../src/api/contract-mail.ts';
import type { ArmSums, JourneyReport } from '../../src/api/contract.ts';

const unsaid = { word: 'too early', effect: null, low: null, high: null, p: null, pHolm: null, lift: null } as const;
const names = ['revenue', 'conversion', 'adjusted', 'capped', 'later'] as const;

/** A report of a clear effect, of one too early to tell, or of a draft. */
export function reportOf(key: string, at: string): JourneyReport {
  const draft = key === 'long-words';
  const n = (value: number) => (draft ? 0 : value);
  const arms = { treated: armOf(n(1081), n(131), n(19_233.4)), control: armOf(n(123), n(9), n(1211)) };
  return {
    journey: key,
    name: key,
    version: 3,
    status: draft ? 'draft' : 'live',
    at,
    ...(draft ? nothingDone : done),
    arms,
    matured: arms,
    conflicted: n(2),
    currency: 'EUR',
    windowDays: 7,
    ...(key === 'abandoned-cart' ? clear : early),
    ratio: draft ? null : { expected: 0.1, p: 0.84, peekP: 1, alarm: false },
    ratioByDevice: draft ? [] : [{ device: 'phone', treated: 620, control: 70, expected: 0.1, p: 0.9 }],
    ratioByDay: draft ? null : { days: 40, p: 0.61, worst: { day: '2026-10-12T00:00:00.000Z', p: 0.9 } },
    decided: draft ? null : { at: '2026-09-28T08:00:00.000Z', hash: '0123456789abcdef'.repeat(4), cap: 640, plan: {} },
  };
}

function armOf(profiles: number, buyers: number, revenue: number): ArmSums {
  return {
    profiles,
    buyers,
    orders: profiles === 0 ? 0 : buyers + 3,
    revenue,
    revenueSquares: revenue * 90,
    otherCurrency: 0,
    before: revenue * 0.7,
    beforeSquares: revenue * 60,
    products: revenue * 50,
    capped: revenue,
    cappedSquares: revenue * 90,
    later: revenue * 1.3,
    laterSquares: revenue * 120,
  };
}

const done: Pick<JourneyReport, 'runs' | 'messages' | 'clicks' | 'opens' | 'credited'> = {
  runs: {
    entered: 1204,
    active: 38,
    ended: 1166,
    byState: {},
    byEnd: [
      { reason: 'Mail sent', count: 908 },
      { reason: 'Bought', count: 171 },
      { reason: 'Emptied the cart', count: 61 },
      { reason: 'Consent withdrawn', count: 26 },
    ],
  },
  messages: {
    planned: 1002,
    byState: {},
    accepted: 811,
    heldOut: 97,
    inDoubt: 1,
    excluded: [
      { reason: 'no consent', count: 61 },
      { reason: 'out of stock', count: 12 },
    ],
    pending: 18,
  },
  clicks: { human: 203, unknown: 14 },
  opens: { reader: 240, unknown: 310, machine: 160 },
  credited: { orders: 118, revenue: { amount: 18_412.5, currency: 'EUR' } },
};

const nothingDone: typeof done = {
  runs: { entered: 0, active: 0, ended: 0, byState: {}, byEnd: [] },
  messages: { planned: 0, byState: {}, accepted: 0, heldOut: 0, inDoubt: 0, excluded: [], pending: 0 },
  clicks: { human: 0, unknown: 0 },
  opens: { reader: 0, unknown: 0, machine: 0 },
  credited: { orders: 0, revenue: { amount: 0, currency: 'EUR' } },
};

type Verdict = Pick<JourneyReport, 'caused' | 'creditedToCaused' | 'readings' | 'lasting' | 'weeks'>;

const clear: Verdict = {
  caused: {
    said: [{ code: 'caused.more', values: {} }],
    word: 'clear',
    why: 'The interval lies above zero.',
    perProfile: 7.95,
    total: 3120,
    low: 1400,
    high: 4900,
    perThousandMails: 3847,
    p: 0.0031,
    lift: { value: 0.22, low: 0.09, high: 0.34 },
    confidence: 0.95,
  },
  creditedToCaused: { ratio: 5.9, flagged: true },
  lasting: {
    word: 'too early',
    why: 'Too few have been watched for 28 days to say whether the effect lasts',
    said: { code: 'caused.lastingEarly', values: {} },
  },
  readings: [
    { reading: 'revenue', word: 'clear', effect: 7.95, low: 3.57, high: 12.48, p: 0.0031, pHolm: null, lift: null },
    {
      reading: 'conversion',
      word: 'clear',
      effect: 0.048,
      low: 0.011,
      high: 0.085,
      p: 0.008,
      pHolm: 0.032,
      lift: null,
    },
    { reading: 'adjusted', word: 'clear', effect: 7.4, low: 4.1, high: 10.7, p: 0.0012, pHolm: 0.0048, lift: null },
    { reading: 'capped', word: 'no clear effect', effect: 4.2, low: -0.3, high: 8.7, p: 0.07, pHolm: 0.14, lift: null },
    { reading: 'later', ...unsaid },
  ],
  weeks: [5, 12, 19, 26].map((day, place) => ({
    from: new Date(Date.UTC(2026, 9, day)).toISOString(),
    treated: 180,
    control: 20,
    effect: 11 - place * 1.9,
    low: 2 - place * 1.4,
    high: 20 - place * 2.4,
  })),
};

const early: Verdict = {
  caused: {
    said: [{ code: 'caused.noControl', values: { count: 7 } }],
    perProfile: null,
    total: null,
    low: null,
    high: null,
    perThousandMails: null,
    p: null,
    lift: null,
    word: 'too early',
    why: 'The held-out arm has 9 buyers; at least 50 are needed before an interval is shown.',
    confidence: 0.95,
  },
  creditedToCaused: null,
  lasting: null,
  readings: names.map((reading) => ({ reading, ...unsaid })),
  weeks: [],
};

/** Some complaints too many, bounces to watch; of a draft nothing. */
export function harmOf(key: string): HarmView {
  const draft = key === 'long-words';
  const share = (count: number, level: HarmView['complaints']['level']) => ({
    count: draft ? 0 : count,
    share: draft ? null : count / 811,
    low: draft ? 0 : count / 1622,
    high: draft ? 1 : count / 405,
    level,
  });
  return {
    days: 30,
    sent: draft ? 0 : 811,
    delivered: draft ? 0 : 790,
    replied: draft ? 0 : 4,
    complaints: share(6, 'harm'),
    unsubscribes: share(9, 'watch'),
    hardBounces: share(12, 'fine'),
    softBounces: share(7, 'fine'),
    policyBounces: share(1, 'too early'),
  };
}
