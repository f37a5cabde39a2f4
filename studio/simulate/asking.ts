import type { SimulationAsked, SimulationTotals } from '../../src/api/contract-simulation.ts';

/** What the form says, as it is typed. */
export interface Draft {
  kind: 'invented' | 'history' | 'story';
  version: 'draft' | 'live';
  /** Keys of other journeys that run beside it. */
  also: string[];
  people: number;
  days: number;
  react: boolean;
  from: string;
  to: string;
  chosen: string[];
  story: string;
  seed: number;
}

/** The last thirty days before today; `today` is a day such as 2026-11-30. */
export function firstDraft(today: string): Draft {
  const from = new Date(Date.parse(today) - 30 * 86_400_000).toISOString().slice(0, 10);
  const to = new Date(Date.parse(today) - 86_400_000).toISOString().slice(0, 10);
  const invented = { people: 500, days: 14, react: true };
  return { kind: 'invented', version: 'draft', also: [], ...invented, from, to, chosen: [], story: '', seed: 1 };
}

/** What the door takes; null where the story is no JSON. Pure. */
export function askedOf(draft: Draft, journey: string): SimulationAsked | null {
  const over = overOf(draft);
  const others = draft.also.map((key) => ({ key, version: 'draft' as const }));
  return over && { journeys: [{ key: journey, version: draft.version }, ...others], over, seed: draft.seed };
}

function overOf({ kind, people, days, react, from, to, chosen, story }: Draft): SimulationAsked['over'] | null {
  if (kind === 'invented') return { kind, people, days, react };
  if (kind === 'history') return { kind, from, to, ...(chosen.length > 0 ? { people: chosen } : {}) };
  try {
    return { kind, story: JSON.parse(story) as Record<string, unknown> };
  } catch {
    return null;
  }
}

/** A line of the sum that must add up. */
export interface Line {
  what: 'came' | 'refused' | 'entered' | 'ended' | 'inside' | 'messages' | 'sent' | 'heldOut' | 'waiting' | 'notSent';
  /** The reason or the activity, where there is one. */
  name: string | null;
  count: number;
  /** Of a sum above it. */
  isPart: boolean;
}

/** Numbers of one journey, each sum followed by its parts, the largest first. Pure. */
export function linesOf(total: SimulationTotals): Line[] {
  const whole = (what: Line['what'], count: number): Line => ({ what, name: null, count, isPart: false });
  const parts = (what: Line['what'], counts: Record<string, number>): Line[] =>
    Object.entries(counts)
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => ({ what, name, count, isPart: true }));
  const arm = (what: 'sent' | 'heldOut', count: number): Line[] =>
    count === 0 ? [] : [{ what, name: null, count, isPart: true }];
  return [
    whole('came', total.came),
    ...parts('refused', total.refused),
    whole('entered', total.entered),
    ...parts('ended', total.ended),
    ...parts('inside', total.inside),
    whole('messages', total.messages),
    ...arm('sent', total.sent),
    ...arm('heldOut', total.heldOut),
    ...parts('waiting', total.waiting),
    ...parts('notSent', total.notSent),
  ];
}
