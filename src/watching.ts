import { Alerts, type OwnerMail, type Trouble } from './alert/index.ts';
import { Outlet } from './api/index.ts';
import { openAuditing, type Auditing } from './auditing.ts';
import { hostSet, said, type Clock } from './base/index.ts';
import type { Feeds } from './catalog/index.ts';
import { failuresSince, type Caller, type JourneyDefinition, type Journeys, type Runner } from './journey/index.ts';
import type { EventLog } from './event/index.ts';
import type { Measure } from './measure/index.ts';
import type { Messages } from './message/index.ts';
import type { Duty } from './pulse.ts';
import { paceTroubles } from './watching-pace.ts';
import type { Ground } from './ground.ts';
import type { Store, Tx } from './store/index.ts';

/** How often everything is looked through, real time. */
const restMs = 60_000;
/** Failures are counted over so long, business time; fewer than so many tell nothing (journeys F13). */
const windowMs = 5 * 60_000;
const leastTried = 5;
const usualShare = 0.2;
/** Refusals of us are counted over so long, business time; so many in it are told. */
const refusedMs = 3_600_000;
const leastRefused = 5;
/** A reading that has not begun so long after its time needs a look. */
const readingMs = 10 * 60_000;

/** Where troubles are looked for. */
export interface Watched {
  journeys: Journeys;
  runner: Runner;
  feeds: Pick<Feeds, 'list'>;
  auditing: Pick<Auditing, 'found'>;
  messages?: Pick<Messages, 'harm' | 'pacing' | 'coupons'>;
}

/** Looks through the rooms for what somebody must know, and has the owners told. */
export class Watching {
  readonly alerts: Alerts;
  readonly duty: Duty = { name: 'telling owners', work: () => this.#work() };
  readonly #parts: { store: Store; clock: Clock };
  readonly #watched: () => Watched;
  #next = 0;

  constructor(parts: { store: Store; clock: Clock; alerts: Alerts }, watched: () => Watched) {
    this.#parts = parts;
    this.#watched = watched;
    this.alerts = parts.alerts;
  }

  async #work(): Promise<number> {
    const now = this.#parts.clock.real();
    if (now < this.#next) return 0;
    this.#next = now + restMs;
    await this.look();
    return 0;
  }

  /** One look at everything, and what is to be told of it. */
  async look(): Promise<void> {
    await this.alerts.observe(await this.troubles());
    await this.alerts.tell();
    await this.alerts.post();
  }

  /** All that is wrong now. */
  async troubles(): Promise<Trouble[]> {
    const watched = this.#watched();
    const lists = [
      this.#stuck(watched),
      this.#failing(watched),
      this.#down(watched),
      this.#unread(watched),
      this.#feeds(watched),
      this.#refused(watched),
      watched.messages ? paceTroubles(watched.messages, this.#parts.clock.now()) : [],
      this.#dry(watched),
    ];
    return [...(await Promise.all(lists)).flat(), ...broken(watched)];
  }

  async #stuck({ runner, journeys }: Watched): Promise<Trouble[]> {
    return (await runner.stuckCounts()).map(({ journey, count, why, said: first }) => ({
      key: `stuck:${journey}`,
      kind: 'stuck',
      title: `${count === 1 ? 'One run' : `${count} runs`} of "${nameOf(journeys, journey)}" ${count === 1 ? 'needs' : 'need'} a hand`,
      text: `${why}. GET /v1/journeys/${journey}/stuck lists them; each can be tried once more, skipped or taken out.`,
      said: { title: said('alert.stuck', { count, journey: nameOf(journeys, journey) }), text: first },
      ...aboutOf(journeys, journey),
    }));
  }

  /** Calls and mails that fail more often than they may. */
  async #failing({ journeys }: Watched): Promise<Trouble[]> {
    const places = journeys.list().flatMap(({ key, version, status }) => {
      const plan = status === 'draft' || status === 'stopped' ? undefined : journeys.version(key, version);
      const names = Object.entries(plan?.activities ?? {}).filter(
        ([, one]) => one.kind === 'action' || one.kind === 'message',
      );
      return names.map(([activity, { kind }]) => ({ journey: key, activity, kind }));
    });
    const since = this.#parts.clock.now() - windowMs;
    const counted = await failuresSince(this.#parts.store, { places, since });
    return counted.flatMap(({ journey, activity, all, failed, why }): Trouble[] => {
      const share = planOf(journeys, journey)?.alerts?.errorShare ?? usualShare;
      if (all < leastTried || failed / all <= share) return [];
      const isCall = places.some(
        (one) => one.journey === journey && one.activity === activity && one.kind === 'action',
      );
      return [
        {
          key: `failing:${journey}/${activity}`,
          kind: isCall ? 'action' : 'mails',
          title: `${isCall ? 'The call' : 'Mails'} of "${nameOf(journeys, journey)}" at "${activity}" ${isCall ? 'fails' : 'fail'}`,
          text: `${failed} of ${all} within five minutes${why === null ? '' : `; the last: ${why}`}.`,
          said: {
            title: said(isCall ? 'alert.call' : 'alert.mails', { journey: nameOf(journeys, journey), activity }),
            text: said(why === null ? 'alert.share' : 'alert.share.last', { failed, all, reason: why ?? '' }),
          },
          ...aboutOf(journeys, journey),
        },
      ];
    });
  }

  /** Services whose breaker is open. */
  async #down({ runner, journeys }: Watched): Promise<Trouble[]> {
    const services = await runner.services.view(journeys);
    return services.flatMap(({ service, places, waiting, breaker }): Trouble[] => {
      if (breaker.since === null) return [];
      const { status, reason } = breaker.last ?? { status: 'no answer', reason: null };
      const owners = places.flatMap(({ journey }) => aboutOf(journeys, journey).owners);
      return [
        {
          key: `breaker:${service}`,
          kind: 'breaker',
          title: `The service "${service}" is down`,
          text: `The last answer: ${reason ?? status}. ${waiting} runs wait for it; it is tried again by itself.`,
          said: {
            title: said('alert.breaker', { service }),
            text: said('alert.breaker.text', { reason: String(reason ?? status), waiting }),
          },
          journey: places.length === 1 ? places[0]!.journey : null,
          owners: [...new Set(owners)],
        },
      ];
    });
  }

  /** Audiences whose hour has passed. */
  async #unread({ journeys }: Watched): Promise<Trouble[]> {
    const before = this.#parts.clock.now() - readingMs;
    return journeys.live().flatMap(({ row: { key, readDue } }): Trouble[] => {
      if (readDue === null || readDue > before) return [];
      const title = `The audience of "${nameOf(journeys, key)}" was not read`;
      const text = `It was to be read at ${new Date(readDue).toISOString()}.`;
      const words = {
        title: said('alert.reading', { journey: nameOf(journeys, key) }),
        text: said('alert.reading.text', { at: new Date(readDue).toISOString() }),
      };
      return [{ key: `reading:${key}`, kind: 'reading', title, text, said: words, ...aboutOf(journeys, key) }];
    });
  }

  /** Mail hosts that refuse us, not the person: authentication, block lists, content (trust row 19). */
  async #refused({ messages }: Watched): Promise<Trouble[]> {
    if (!messages) return [];
    const { bounced, sent } = await messages.harm({ journey: null, since: this.#parts.clock.now() - refusedMs });
    const refused = bounced['policy'] ?? 0;
    if (refused < leastRefused) return [];
    const title = 'Mail hosts refuse our mails';
    const text = `${refused} refusals by policy within an hour, beside ${sent} mails taken: authentication, block lists or content. Nobody was suppressed for it. Look at DKIM, SPF and DMARC of the sender, and at what the hosts say in each person's timeline.`;
    const words = { title: said('alert.refused'), text: said('alert.refused.text', { refused, sent }) };
    return [{ key: 'refused', kind: 'mails', title, text, said: words, journey: null, owners: [] }];
  }

  /** Coupon pools with fewer codes than their owners want. */
  async #dry({ messages }: Watched): Promise<Trouble[]> {
    const pools = (await messages?.coupons.list()) ?? [];
    return pools.flatMap(({ key, low, free, pool: { name, whenEmpty = 'hold' } }): Trouble[] => {
      if (!low) return [];
      const title = free === 0 ? `The coupon pool "${name}" is empty` : `The coupon pool "${name}" runs dry`;
      const then = { hold: 'wait', skip: 'are left out', without: 'go without a code' }[whenEmpty];
      const text = `${free} codes are free. With none left, mails ${then}. POST /v1/coupon-pools/${key}/codes brings more in.`;
      const words = {
        title: said(free === 0 ? 'alert.coupons.empty' : 'alert.coupons', { pool: name }),
        text: said(`alert.coupons.${whenEmpty}`, { free }),
      };
      return [{ key: `coupons:${key}`, kind: 'coupons', title, text, said: words, journey: null, owners: [] }];
    });
  }

  async #feeds({ feeds }: Watched): Promise<Trouble[]> {
    return (await feeds.list()).flatMap(({ key, name, last }): Trouble[] => {
      if (last === null || (last.state !== 'failed' && last.state !== 'held')) return [];
      const held = `A run would change too much at once (${last.alarms.length} alarms), and waits for somebody’s word.`;
      const text = last.state === 'held' ? held : `${last.error?.why ?? 'The run failed'}. ${last.error?.mend ?? ''}`;
      const title = `The feed "${name}" ${last.state === 'held' ? 'waits for approval' : 'was refused'}`;
      const isHeld = last.state === 'held';
      const words = {
        title: said(isHeld ? 'alert.feed.held' : 'alert.feed', { feed: name }),
        text: isHeld
          ? said('alert.feed.held.text', { count: last.alarms.length })
          : said('alert.feed.text', { why: last.error?.why ?? '–' }),
      };
      return [{ key: `feed:${key}`, kind: 'feed', title, text: text.trim(), said: words, journey: null, owners: [] }];
    });
  }
}

/** What must never be, and was found. */
function broken({ auditing }: Watched): Trouble[] {
  if (auditing.found.size === 0) return [];
  const [first] = [...auditing.found.values()];
  const title = 'Something was found that must never be';
  const text = `${first!.which}: ${first!.what} (${first!.id}). ${auditing.found.size} in all; the log has them. Please report it.`;
  const what = `${first!.which}: ${first!.what} (${first!.id})`;
  const words = {
    title: said('alert.invariant'),
    text: said('alert.invariant.text', { what, all: auditing.found.size }),
  };
  return [{ key: 'invariant', kind: 'invariant', title, text, said: words, journey: null, owners: [] }];
}

function planOf(journeys: Journeys, key: string): JourneyDefinition | undefined {
  const row = journeys.list().find((one) => one.key === key);
  return row && (journeys.version(key, row.version) ?? row.draft);
}

function nameOf(journeys: Journeys, key: string): string {
  return planOf(journeys, key)?.name ?? key;
}

function aboutOf(journeys: Journeys, key: string): Pick<Trouble, 'journey' | 'owners'> {
  return { journey: key, owners: planOf(journeys, key)?.alerts?.to ?? [] };
}

/** Joins what looks with what tells: mails go by the ledger, calls behind the guard. */
export function openWatching(
  ground: Ground,
  slots: {
    journeys: Journeys;
    runner: Runner;
    messages: Messages;
    measure: Measure;
    callOutside: Caller;
    wake: () => void;
  },
  { feeds, events }: { feeds: Feeds; events: EventLog },
): { auditing: Auditing; watching: Watching; outlet: Outlet } {
  const { settings, clock, ids } = ground;
  const mail = (tx: Tx, { about, to, subject, notices }: OwnerMail) => {
    tx.afterCommit(() => slots.wake());
    const deadline = clock.now() + 86_400_000;
    const context = { language: 'en', subject, notices };
    return slots.messages.notify(tx, { about, turn: 1, id: ids.next(), to, message: 'owner-alert', context, deadline });
  };
  const post = async (url: string, headers: Record<string, string>, body: string) =>
    (await slots.callOutside({ method: 'POST', url, headers, body, timeoutMs: 10_000 })).status;
  const secret = new TextEncoder().encode(settings.secret);
  const allowed = hostSet(settings.allowedHosts);
  const alerts = new Alerts({ ...ground, secret, allowed, mail, post });
  const auditing = openAuditing(ground, slots);
  const outlet = new Outlet({ ...ground, secret, allowed, post, events });
  return { auditing, outlet, watching: new Watching({ ...ground, alerts }, () => ({ ...slots, feeds, auditing })) };
}
