import type { TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import { wilson } from '../measure/index.ts';
import type { HarmCounts } from '../message/index.ts';
import { HarmView } from './contract-mail.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;
const dayMs = 86_400_000;

/** The door to what the mails of a journey did to those who got them. */
export function harmDoors(make: Make, house: House): void {
  make({
    method: 'GET',
    path: '/journeys/:key/harm',
    scope: 'read',
    summary: 'Complaints, unsubscriptions and bounces of a journey’s mails, each with its interval.',
    query: { days: 'Over so many days, 1 to 365; 30 if left out' },
    answer: HarmView,
    work: async (call) => {
      const key = call.part('key');
      const days = Number(call.query('days') ?? 30);
      if (!Number.isInteger(days) || days < 1 || days > 365)
        throw new BeckonError(errors.API_INPUT_INVALID, 'Days are a whole number from 1 to 365', { where: 'days' });
      if (!(await house.journeys.get(key))) throw new BeckonError(errors.API_NOT_FOUND, `There is no journey "${key}"`);
      const since = house.clock.now() - days * dayMs;
      return harmView(await house.messages.harm({ journey: key, since }), days);
    },
  });
}

/**
 * Shares at which providers and mailbox hosts begin to act (trust §1.4): below `watch` nobody minds, from `harm` on they
 * pause the sender. Unsubscriptions have no such number; ten times the usual of complaints is worth a look.
 */
const limits = {
  complaints: { watch: 0.0008, harm: 0.002, least: 3 },
  unsubscribes: { watch: 0.005, harm: 0.02, least: 5 },
  hard: { watch: 0.03, harm: 0.05, least: 5 },
  soft: { watch: 0.05, harm: 0.1, least: 5 },
  policy: { watch: 0.01, harm: 0.05, least: 5 },
};
/** Fewer mails say nothing of shares this small. */
const leastSent = 100;

/** The counts as shares with Wilson's interval; the level hangs on its lower bound, so that 1 of 200 alarms nobody. Pure. */
export function harmView(counts: HarmCounts, days: number): HarmView {
  const { sent, delivered, replied } = counts;
  const sum = (...kinds: string[]) => kinds.reduce((all, kind) => all + (counts.bounced[kind] ?? 0), 0);
  const share = (count: number, limit: { watch: number; harm: number; least: number }) => {
    // A mail that was refused at once was not accepted, and a bounce may be counted for one of an earlier day.
    const of = Math.max(sent, count);
    const { low, high } = wilson(count, of);
    const early = sent < leastSent || (count > 0 && count < limit.least);
    const level = low >= limit.harm ? 'harm' : low >= limit.watch ? 'watch' : 'fine';
    return {
      count,
      share: of === 0 ? null : count / of,
      low,
      high,
      level: early ? ('too early' as const) : (level as 'harm' | 'watch' | 'fine'),
    };
  };
  return {
    days,
    sent,
    delivered,
    replied,
    complaints: share(counts.complained, limits.complaints),
    unsubscribes: share(counts.unsubscribed, limits.unsubscribes),
    hardBounces: share(sum('hard'), limits.hard),
    softBounces: share(sum('soft', 'hinted', 'routing', 'unknown'), limits.soft),
    policyBounces: share(sum('policy', 'content', 'eai'), limits.policy),
  };
}
