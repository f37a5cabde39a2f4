import type { SeededRandom } from '../../src/base/index.ts';
import type { Activity, Entry, JourneyDefinition } from '../../src/journey/index.ts';

/** Journeys for the fault run: some that have everything in them, and one made up by the seed. */

const ask: Activity = {
  kind: 'action',
  name: 'Recommend',
  method: 'POST',
  url: '/v1/recommendations',
  body: { criterion: 'cart-based', identities: { ECID: '=profile.ecid' }, cart: '=event.lines' },
  retries: 2,
  next: 'mail',
  onError: 'silent',
};

const ends: Record<string, Activity> = {
  done: { kind: 'end', label: 'Done' },
  silent: { kind: 'end', label: 'No answer' },
  unsent: { kind: 'end', label: 'Not sent' },
};

/** Waits that begin anew, an exit matched by key, a call, a mail, holdout, quiet hours. */
const cart: JourneyDefinition = {
  key: 'cart',
  name: 'Cart',
  entry: {
    kind: 'event',
    event: 'cart.changed',
    when: 'count(event.lines) > 0',
    key: 'event.cartId',
    onRepeat: 'restart',
  },
  exits: [
    { event: 'ordered', key: 'event.cartId ?: context.journey.technicalProperties.supplementalId', reason: 'Bought' },
    { event: 'consent.lost', reason: 'Consent withdrawn' },
  ],
  holdout: 0.3,
  quietHours: { from: '22:30', to: '06:00' },
  start: 'wait',
  activities: {
    wait: { kind: 'wait', for: 'PT4H', next: 'reach' },
    reach: {
      kind: 'condition',
      paths: [{ label: 'Yes', when: 'profile.reachable', next: 'ask' }],
      otherwise: 'unsent',
    },
    ask,
    mail: { kind: 'message', message: 'abandoned-cart', next: 'again', onExcluded: 'unsent' },
    again: {
      kind: 'listen',
      events: [
        { event: 'message.clicked', message: 'mail', label: 'Clicked', next: 'done' },
        { event: 'message.bounced', message: 'mail', label: 'Came back', next: 'unsent' },
        { event: 'message.complained', label: 'Complained', next: 'unsent' },
        { event: 'ordered', label: 'Bought', next: 'done' },
      ],
      timeout: 'P1D',
      otherwise: 'second',
    },
    second: { kind: 'message', message: 'abandoned-cart', next: 'done' },
    ...ends,
  },
};

/** Every kind of branch, a place of a cap, something written, a loop with a bound, a jump. */
const visit: JourneyDefinition = {
  key: 'visit',
  name: 'Visit',
  entry: { kind: 'event', event: 'commerce.productViews', onRepeat: 'update' },
  exits: [{ event: 'ordered', reason: 'Bought' }],
  reentry: { after: 'PT6H' },
  quietHours: null,
  holdout: 0,
  group: 'all',
  caps: { perPerson: { max: 2, within: 'P3D' } },
  zone: 'profile',
  life: 'P5D',
  start: 'part',
  activities: {
    part: {
      kind: 'split',
      paths: [
        { label: 'A', share: 0.5, next: 'write' },
        { label: 'B', share: 0.3, next: 'place' },
      ],
      otherwise: 'try',
    },
    write: { kind: 'update', attributes: { seen: 'count(profile.viewed)' }, next: 'jump' },
    jump: {
      kind: 'jump',
      journey: 'cart',
      data: { cartId: '"jump"', lines: '[{"item":"coat-1","quantity":1}]' },
      next: 'morning',
    },
    place: { kind: 'cap', max: 2, within: 'P1D', next: 'ask', otherwise: 'silent' },
    try: {
      kind: 'experiment',
      paths: [
        { label: 'Now', share: 0.5, next: 'ask' },
        { label: 'Morning', share: 0.5, next: 'morning' },
      ],
      holdout: 0.2,
      otherwise: 'done',
    },
    morning: { kind: 'wait', at: '09:00', next: 'ask' },
    ask,
    mail: { kind: 'message', message: 'abandoned-cart', next: 'loop', onExcluded: 'loop', addressWithin: 'P1D' },
    loop: { kind: 'wait', for: 'P1D', next: 'more' },
    more: {
      kind: 'condition',
      paths: [{ label: 'Once more', when: 'daysSince(context.entry) < 3', next: 'ask' }],
      otherwise: 'done',
    },
    ...ends,
  },
};

/** An audience read each morning in waves, with a second reading of the same people. */
const morning: JourneyDefinition = {
  key: 'morning',
  name: 'Morning',
  entry: {
    kind: 'audience',
    audience: 'profile.reachable',
    at: '10:00',
    inside: 'restart',
    waves: [
      { share: 0.5, after: 'PT0S' },
      { share: 0.5, after: 'PT1H' },
    ],
  },
  exits: [{ event: 'consent.lost', reason: 'Consent withdrawn' }],
  holdout: 0.2,
  group: 'all',
  priority: 70,
  caps: { entries: { max: 3, within: 'P1D' }, mails: { max: 1, within: 'P2D' } },
  lateness: 'PT12H',
  start: 'ask',
  activities: {
    ask,
    mail: { kind: 'message', message: 'abandoned-cart', next: 'rest' },
    rest: { kind: 'wait', for: 'PT30H', next: 'done' },
    ...ends,
  },
};

/** What the journeys of a seed are: two of the rich ones and one that nobody has thought of. */
export function plansOf(random: SeededRandom): JourneyDefinition[] {
  const rich = [cart, visit, morning];
  rich.splice(Math.floor(random.next() * 3), 1);
  return [...rich, madeUp(random)];
}

/** A journey of a few activities in a row, with branches forward and at most one loop, which has a wait in it. Valid. */
export function madeUp(random: SeededRandom): JourneyDefinition {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!;
  const length = 3 + Math.floor(random.next() * 5);
  const names = Array.from({ length }, (_, no) => `n${no}`);
  const later = (no: number) => pick([...names.slice(no + 1), 'done']);
  const activities: Record<string, Activity> = {};
  for (const [no, name] of names.entries()) {
    const next = names[no + 1] ?? 'done';
    activities[name] = pick<() => Activity>([
      () => ({ kind: 'wait', for: pick(['PT10M', 'PT1H', 'PT5H', 'P1D', 'P3D']), next }),
      () => ({ kind: 'wait', at: pick(['07:30', '21:15']), days: [1, 3, 5, 6], next }),
      () => ({ kind: 'wait', until: pick(['event.at', '"2026-11-26T02:30"', 'null']), next }),
      () => ({
        kind: 'condition',
        paths: [{ label: 'Has', when: 'count(profile.viewed) > 1', next: later(no) }],
        otherwise: next,
      }),
      () => ({ kind: 'split', paths: [{ label: 'Half', share: 0.5, next: later(no) }], otherwise: next }),
      () => ({ kind: 'cap', max: 1, ...(pick([true, false]) ? { within: 'PT2H' } : {}), next, otherwise: later(no) }),
      () => ({
        kind: 'listen',
        events: [
          { event: pick(['cart.changed', 'commerce.productViews', 'ordered']), label: 'Heard', next: later(no) },
        ],
        timeout: pick(['PT2H', 'P1D']),
        otherwise: next,
      }),
      () => ({ ...(ask as Extract<Activity, { kind: 'action' }>), next, onError: later(no) }),
      () => ({
        kind: 'message',
        message: 'abandoned-cart',
        next,
        ...(pick([true, false]) ? { addressWithin: 'PT3H' } : {}),
      }),
      () => ({ kind: 'update', attributes: { [`a${no}`]: 'count(profile.viewed)' }, next }),
    ])();
  }
  const loop = names.findIndex((name) => 'for' in activities[name]!);
  if (loop > 0 && pick([true, false]))
    activities['back'] = {
      kind: 'condition',
      paths: [{ label: 'Again', when: 'daysSince(context.entry) < 2', next: names[loop]! }],
      otherwise: 'done',
    };
  const last = activities[names.at(-1)!] as { next?: string };
  if (activities['back'] && last.next === 'done') last.next = 'back';
  else delete activities['back'];
  const reentry = pick([undefined, { never: true }, { after: 'P1D' }] as const);
  return {
    key: 'made-up',
    name: 'Made up',
    entry: pick<Entry>([
      {
        kind: 'event',
        event: 'cart.changed',
        key: 'event.cartId',
        onRepeat: pick(['ignore', 'restart', 'update'] as const),
      },
      { kind: 'event', event: 'commerce.productViews', onRepeat: pick(['ignore', 'restart', 'update'] as const) },
      { kind: 'event', event: 'ordered' },
      { kind: 'event', event: 'visit.ended' },
      {
        kind: 'audience',
        audience: 'count(profile.viewed) >= 0',
        at: pick(['00:30', '12:00']),
        inside: pick(['leave', 'restart'] as const),
        rate: 1,
      },
    ]),
    ...(pick([true, false]) ? { exits: [{ event: 'ordered', reason: 'Bought' }] } : {}),
    ...(reentry ? { reentry } : {}),
    ...(pick([true, false]) ? { quietHours: null } : {}),
    ...(pick([true, false]) ? { life: 'P2D' } : {}),
    holdout: pick([0, 0.5]),
    start: 'n0',
    activities: { ...activities, done: { kind: 'end', label: 'Done' } },
  };
}
