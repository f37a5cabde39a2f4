import type { TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import type { PaceState } from '../message/index.ts';
import { PaceView, RateInput, ReleaseInput, ToldInput, WarmUpInput } from './contract-pace.ts';
import type { Door } from './door.ts';
import { nameOfWho } from './deed.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Doors to what slows mail down: rates, warm-ups, and brakes that were pulled. */
export function paceDoors(make: Make, { messages: { pacing } }: House): void {
  const state = async () => viewOf(await pacing.state());
  make({
    method: 'GET',
    path: '/sending/pace',
    scope: 'read',
    summary:
      'How fast mail may go, by next hop, mailbox host and journey; warm-ups of domains; brakes and their releases.',
    answer: PaceView,
    work: state,
  });
  make({
    method: 'PUT',
    path: '/sending/rates/:lane',
    scope: 'settings',
    summary: 'Mails a minute in a lane at most: all, way:smtp, host:gmail, journey:<key>. Null takes the limit away.',
    body: RateInput,
    answer: PaceView,
    work: async ({ part, body: { perMinute } }) => {
      await pacing.setRate(part('lane'), perMinute);
      return state();
    },
  });
  make({
    method: 'PUT',
    path: '/sending/warm-ups/:domain',
    scope: 'settings',
    summary: 'Begin the warm-up of a sending domain, or go on with another plan or at another day of it.',
    body: WarmUpInput,
    answer: PaceView,
    work: async ({ part, body: { caps, step } }) => {
      await pacing.warmUp(part('domain').toLowerCase(), {
        ...(caps ? { caps } : {}),
        ...(step === undefined ? {} : { step }),
      });
      return state();
    },
  });
  make({
    method: 'DELETE',
    path: '/sending/warm-ups/:domain',
    scope: 'settings',
    summary: 'End a warm-up: from here on the domain has no limit a day.',
    answer: PaceView,
    work: async ({ part }) => {
      const domain = part('domain').toLowerCase();
      if (await pacing.endWarmUp(domain)) return state();
      throw new BeckonError(errors.API_NOT_FOUND, `There is no warm-up of "${domain}"`, { where: 'domain' });
    },
  });
  make({
    method: 'PUT',
    path: '/sending/complaints',
    scope: 'settings',
    summary:
      'Say which share of a day’s mails a host counts as complained of, as Gmail’s Postmaster Tools show it; it counts as what is heard.',
    body: ToldInput,
    answer: PaceView,
    work: async ({ who, body: { domain, host, day, share } }) => {
      await pacing.tell({ domain: domain.trim().toLowerCase(), host, day, share }, nameOfWho(who));
      return state();
    },
  });
  make({
    method: 'POST',
    path: '/sending/brakes/release',
    scope: 'settings',
    summary: 'Release a brake, with a word why: what came back until now counts no more, and the mails it held go on.',
    body: ReleaseInput,
    answer: PaceView,
    work: async ({ who, body: { scope, by, note } }) => {
      // Who signed in cannot say to be somebody else; a key's owner may say who asked.
      await pacing.release(scope, { by: who.kind === 'member' ? nameOfWho(who) : (by ?? nameOfWho(who)), note });
      return state();
    },
  });
}

const iso = (at: number) => new Date(at).toISOString();
const isoOrNull = (at: number | null) => (at === null ? null : iso(at));

function viewOf({ lanes, warmUps, brakes, told, domains }: PaceState): PaceView {
  return {
    domains,
    told: told.map(({ toldAt, ...rest }) => ({ ...rest, toldAt: iso(toldAt) })),
    lanes: lanes.map(({ name, closedUntil, loweredAt, ...rest }) => ({
      ...rest,
      lane: name,
      closedUntil: isoOrNull(closedUntil),
      loweredAt: isoOrNull(loweredAt),
    })),
    warmUps: warmUps.map(({ caps, begunAt, endedAt, ...rest }) => ({
      ...rest,
      caps: [...caps],
      begunAt: iso(begunAt),
      endedAt: isoOrNull(endedAt),
    })),
    brakes: brakes.map(({ scope, why, counts, releasedBy, note, pulledAt, releasedAt }) => ({
      scope,
      why,
      counts,
      releasedBy,
      note,
      pulledAt: iso(pulledAt),
      releasedAt: isoOrNull(releasedAt),
    })),
  };
}

/** The same as Prometheus reads it. Pure. */
export function paceMetrics({ lanes, warmUps, brakes }: PaceState): string {
  const quoted = (text: string) => text.replace(/[\\"\n]/g, (letter) => (letter === '\n' ? '\\n' : `\\${letter}`));
  const lines = (name: string, help: string, values: (readonly [string, number])[]) =>
    values.length === 0
      ? []
      : [
          `# HELP ${name} ${help}`,
          `# TYPE ${name} gauge`,
          ...values.map(([labels, value]) => `${name}{${labels}} ${value}`),
        ];
  const running = warmUps.filter(({ room }) => room !== null);
  return [
    ...lines(
      'beckon_brake_pulled',
      '1 for each scope whose marketing mail is held, because too many came back.',
      brakes
        .filter(({ releasedAt }) => releasedAt === null)
        .map(({ scope }) => [`scope="${quoted(scope)}"`, 1] as const),
    ),
    ...lines(
      'beckon_rate_per_minute',
      'Mails a minute that a lane takes now, where it has a limit; 0: closed.',
      lanes.flatMap(({ name, perMinute, closedUntil }) =>
        perMinute === null && closedUntil === null
          ? []
          : [[`lane="${quoted(name)}"`, closedUntil === null ? perMinute! : 0] as const],
      ),
    ),
    ...lines(
      'beckon_warm_up_room',
      'Marketing mails that a new sending domain may still send today.',
      running.map(({ domain, room }) => [`domain="${quoted(domain)}"`, room!] as const),
    ),
    ...lines(
      'beckon_warm_up_sent',
      'Mails that a new sending domain has sent today.',
      running.map(({ domain, used }) => [`domain="${quoted(domain)}"`, used] as const),
    ),
    '',
  ].join('\n');
}
