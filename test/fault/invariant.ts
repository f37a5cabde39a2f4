import type { Rooms } from '../../src/app.ts';
import type { FakeClock } from '../../src/base/index.ts';
import { UuidIds, SeededRandom } from '../../src/base/index.ts';
import { Jobs } from '../../src/job/index.ts';
import { auditRuns } from '../../src/journey/index.ts';
import { auditMessages, auditSending, defaultSettings } from '../../src/message/index.ts';
import type { Store } from '../../src/store/index.ts';
import type { HeardSeen } from './notices.ts';
import { emailOf, type World } from './world.ts';

/** A history line, as far as it must never change. */
interface Line {
  run: string;
  no: number;
  text: string;
}

/** What one statement says of the whole database. */
interface Seen {
  lines: Line[] | null;
  /** A mail that was called off in the transaction that planned it was never in the ledger. */
  planned: { run: string; planned: number; messages: number }[] | null;
  arms: { unit: string; arm: string; conflicted: boolean }[] | null;
  slots: { profile: string; at: number }[] | null;
  merged: string[] | null;
  active: string[] | null;
  unheld: number;
  events: string[] | null;
  /** Notices whose effects are not there yet. */
  unheard: number;
  heard: HeardSeen[] | null;
}

/**
 * The invariants of trust.md §2.5, looked at after each step: what a running Beckon looks for itself (`auditRuns`,
 * `auditMessages`), and what only somebody can know who remembers how it was before, or stands outside.
 */
export class Invariants {
  readonly #world: World;
  readonly #store: Store;
  readonly #jobs: Jobs;
  #history = new Map<string, string[]>();
  readonly #arms = new Map<string, string>();

  constructor(world: World) {
    this.#world = world;
    this.#store = world.store;
    const clock: FakeClock = world.outside.clock;
    this.#jobs = new Jobs({ store: world.store, clock, ids: new UuidIds(clock, new SeededRandom(1)) });
  }

  /** @param clean nothing has gone wrong in the last step, so that what is due has been done */
  async broken(clean: boolean): Promise<string[]> {
    const { outside, complaints } = this.#world;
    const found = [...outside.wrong, ...complaints.map((one) => `complaint: ${one}`)];
    const [process] = this.#world.processes;
    const journeys = process?.rooms.journeys;
    const page = { after: null, limit: 1000 };
    if (journeys) {
      const runs = await auditRuns({ runner: this.#store, jobs: this.#jobs, journeys }, page);
      found.push(...runs.broken.map(({ which, runId, what }) => `${which}: ${what} (run ${runId})`));
      for (const { runId } of await auditSending(this.#store, runs.sending))
        found.push(`mover: It waits for a mail that nobody knows of (run ${runId})`);
    }
    const mails = await auditMessages(this.#store, { ...page, now: outside.clock.now() });
    for (const { which, messageId, what } of mails.broken)
      if (which !== 'I3' || clean) found.push(`${which}: ${what} (message ${messageId})`);
    return [...found, ...this.#atTheServer(), ...this.#judge(await this.#see())];
  }

  /** I1: marketing at most once, whatever was lost on the way. */
  #atTheServer(): string[] {
    const count = new Map<string, number>();
    for (const { key } of this.#world.outside.mails) count.set(key, (count.get(key) ?? 0) + 1);
    return [...count].flatMap(([key, n]) => (n > 1 ? [`I1: the mail server has ${key} ${n} times`] : []));
  }

  async #see(): Promise<Seen> {
    const [seen] = await this.#store.rows<Seen>({
      name: 'fault-see',
      text: `select
        (select json_agg(json_build_object('run', run_id, 'no', no, 'text', concat_ws('/', at, activity, kind, reason, detail)) order by run_id, no) from journey_step) as lines,
        (select json_agg(t) from (select r.id as run, s.planned, s.overtaken, (select count(*)::int from message m where m.run_id = r.id::text) as messages
          from journey_run r cross join lateral (
            select count(*) filter (where kind = 'planned')::int as planned,
              count(*) filter (where kind = 'planned' and next_at = at and next in ('exited', 'restarted', 'moved'))::int as overtaken
            from (select kind, at, lead(kind) over (order by no) as next, lead(at) over (order by no) as next_at from journey_step where run_id = r.id) l) s
          ) t where messages not between planned - overtaken and planned) as planned,
        (select json_agg(json_build_object('unit', journey || '/' || profile_id, 'arm', arm, 'conflicted', conflicted)) from measure_unit) as arms,
        (select json_agg(json_build_object('profile', s.profile_id, 'at', extract(epoch from s.at) * 1000)) from slot s) as slots,
        (select json_agg(merged_into) from profile where merged_into is not null) as merged,
        (select json_agg(profile_id || '/' || journey || '/' || key) from journey_run where ended_at is null) as active,
        (select count(*)::int from journey_wait w join journey j on j.key = w.journey where j.status = 'paused' and not w.held) as unheld,
        (select json_agg(id) from event_key) as events,
        (select count(*)::int from provider_notice where done_at is null) as unheard,
        (select json_agg(json_build_object('message', h.message_id, 'kind', h.kind, 'class', h.class,
          'listed', exists (select 1 from suppression s where s.key = h.address_key))) from message_heard h) as heard`,
    });
    return seen!;
  }

  #judge(seen: Seen): string[] {
    const found = this.#judgeHistory(seen.lines ?? []);
    for (const { run, planned, messages } of seen.planned ?? [])
      found.push(`I4: run ${run} planned ${planned} mails, and the ledger has ${messages}`);
    for (const { unit, arm, conflicted } of seen.arms ?? []) {
      const before = this.#arms.get(unit);
      if (before !== undefined && before !== arm && !conflicted) found.push(`I8: ${unit} was ${before}, and is ${arm}`);
      this.#arms.set(unit, arm);
    }
    const active = seen.active ?? [];
    if (new Set(active).size !== active.length) found.push('I14: somebody is in a journey twice under one key');
    if (seen.unheld > 0) found.push(`row 60: ${seen.unheld} waits of a paused journey go on`);
    const events = new Set(seen.events);
    if (this.#world.gone.size === 0)
      for (const id of this.#world.accepted)
        if (!events.has(id)) found.push(`I12: event ${id} was answered, and is not there`);
    if (seen.unheard === 0) found.push(...this.#world.notices.broken(seen.heard ?? [], this.#world.gone.size === 0));
    return [...found, ...this.#judgeCaps(seen)];
  }

  /** I13: a history only grows. What an erasure takes away, it takes whole. */
  #judgeHistory(lines: readonly Line[]): string[] {
    const now = new Map<string, string[]>();
    for (const { run, text } of lines) now.set(run, [...(now.get(run) ?? []), text]);
    const found: string[] = [];
    for (const [run, before] of this.#history) {
      const after = now.get(run);
      if (after === undefined && this.#world.gone.size > 0) continue;
      if (!before.every((line, no) => after?.[no] === line)) found.push(`I13: the history of run ${run} has changed`);
    }
    this.#history = now;
    return found;
  }

  /** I5: in no window more mails than the cap; those of two who became one were two people's. */
  #judgeCaps({ slots, merged }: Seen): string[] {
    const one = new Set(merged);
    const of = new Map<string, number[]>();
    for (const { profile, at } of slots ?? []) of.set(profile, [...(of.get(profile) ?? []), at]);
    return [...of].flatMap(([profile, times]) =>
      defaultSettings.caps.flatMap(({ windowMs, count }) => {
        const most = Math.max(...times.map((end) => times.filter((at) => at <= end && at > end - windowMs).length));
        return most > count && !one.has(profile) ? [`I5: ${profile} has ${most} mails in a window of ${count}`] : [];
      }),
    );
  }

  /** At the end, when all is well again: nothing is overdue, no one erased is left (I11), every link is ours (I15). */
  async brokenAtLast(): Promise<string[]> {
    const { outside, gone } = this.#world;
    const now = outside.clock.now();
    const [left] = await this.#store.rows<Record<'waits' | 'mails' | 'jobs' | 'inbox' | 'aside' | 'notices', number>>({
      text: `select (select count(*)::int from journey_wait where due <= $1 and not held) as waits,
        (select count(*)::int from message where state in ('planned', 'held', 'ready', 'deferred') and due <= $1 or state in ('leased', 'sending', 'in_doubt')) as mails,
        (select count(*)::int from job where due <= $1) as jobs, (select count(*)::int from event_inbox) as inbox,
        (select count(*)::int from event_quarantine) as aside, (select count(*)::int from provider_notice where done_at is null) as notices`,
      values: [new Date(now)],
    });
    const found = Object.entries(left!).flatMap(([what, n]) =>
      n > 0 ? [`rest: ${n} ${what} are left when all is well`] : [],
    );
    const { rooms } = await this.#world.staff(0);
    for (const { html, key } of outside.mails.slice(-2)) {
      for (const [, href] of html.matchAll(/href="([^"]*)"/g)) {
        if ((await opened(rooms, href!)) || gone.size > 0) continue;
        found.push(`I15: ${key} has a link that is not ours: ${href}`);
      }
    }
    for (const who of gone) found.push(...(await this.#tracesOf(who)));
    return found;
  }

  async #tracesOf(who: number): Promise<string[]> {
    const tables = await this.#store.rows<{ name: string }>({
      text: `select tablename as name from pg_tables where schemaname = 'public' and tablename !~ '^event_p|^event_2'`,
    });
    const found: string[] = [];
    for (const { name } of tables) {
      const rows = await this.#store.rows({
        text: `select 1 from "${name}" t where t::text like $1 limit 1`,
        values: [`%${emailOf(who)}%`],
      });
      if (rows.length > 0) found.push(`I11: somebody erased is still in ${name}`);
    }
    return found;
  }
}

/** What a link of a mail opens: an item, a page of the recipient's choices, the mail in the browser; null when it is not ours. */
async function opened({ messages }: Rooms, href: string): Promise<unknown> {
  const [, purpose, token, page] = /^http:\/\/localhost:8080\/([cum])\/(v1\.[\w.-]+)(\/choices)?$/.exec(href) ?? [];
  if (purpose === 'u') return messages.unsubscribePage(token!);
  if (page !== undefined) return null;
  if (purpose === 'c') return messages.click(token!);
  return purpose === 'm' ? messages.mirror(token!) : null;
}
