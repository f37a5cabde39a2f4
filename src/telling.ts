import { Answers } from './answering.ts';
import type { Rooms } from './app.ts';
import { durationMs, type VirtualClock } from './base/index.ts';
import { readItems } from './catalog/index.ts';
import { openDoors } from './doors.ts';
import type { EventItem, ShopEvent } from './event/index.ts';
import {
  instantOfWall,
  missesOf,
  stepsOf,
  type JourneyDefinition,
  type Story,
  type StoryAct,
  type StoryOutcome,
} from './journey/index.ts';
import { readToken, type WireMail } from './message/index.ts';

type Mail = StoryOutcome['mails'][number] & { to: string; id: string; tokens: Map<number, string> };

/** What a story came to: for each person what happened, and where that is not as the story expects. */
export interface Simulated {
  name: string;
  misses: string[];
  people: Record<string, StoryOutcome>;
}

/** Links of mails lead into the shop: where its pages are is told by the story's items. */
export function shopOf({ items = [] }: Story): string | null {
  const pages = items.flatMap(({ url }) => (typeof url === 'string' && URL.canParse(url) ? [new URL(url).origin] : []));
  return pages[0] ?? null;
}

/** One story being told to rooms that know nothing yet. */
export class Telling {
  readonly #rooms: Rooms;
  readonly #story: Story;
  readonly #clock: VirtualClock;
  readonly #onMail: (mail: WireMail) => void;
  readonly #mails: Mail[] = [];
  readonly #answers: Answers;
  #told = 0;

  constructor(rooms: Rooms, story: Story, onMail: (mail: WireMail) => void = () => {}) {
    this.#onMail = onMail;
    this.#rooms = rooms;
    this.#story = story;
    this.#answers = new Answers(story.answers);
    this.#clock = rooms.clock as VirtualClock;
  }

  async tell(journeys: readonly JourneyDefinition[]): Promise<Simulated> {
    const { settings, pulse } = this.#rooms;
    const { begins, lasts, happens, name, expect } = this.#story;
    const begin = instantOfWall({ wall: begins, zone: settings.zone })!;
    this.#clock.freeze(begin);
    await this.#set(journeys);
    const acts = [...happens].sort((a, b) => durationMs(a.at) - durationMs(b.at));
    for (const act of acts) {
      await this.#until(begin + durationMs(act.at));
      await this.#act(act);
      await this.#settle();
    }
    await this.#until(begin + durationMs(lasts));
    await pulse.settle();
    const people: Record<string, StoryOutcome> = {};
    for (const who of Object.keys(this.#story.people)) people[who] = await this.#outcome(who);
    const misses = Object.entries(expect).flatMap(([who, end]) => missesOf(who, end, people[who]!));
    return { name, misses, people };
  }

  /** Everything stands before the first act: items, audiences, journeys, and the ways out. */
  async #set(journeys: readonly JourneyDefinition[]): Promise<void> {
    const { catalog, profiles, journeys: plans, secrets, slots, transport } = this.#rooms;
    secrets.pretend();
    slots.messages.senders.pretend();
    const doors = await openDoors(this.#rooms);
    slots.callOwn = this.#answers.caller(doors.callAsJourney);
    slots.callOutside = this.#answers.caller(() =>
      Promise.reject(new Error('A story calls nobody outside; give it answers')),
    );
    transport.catchAll(async (raw, to, mail) => {
      await this.#arrive(raw, to);
      this.#onMail(mail);
    });
    await this.#putItems(this.#story.items ?? []);
    for (const audience of this.#story.audiences ?? []) await profiles.audiences.put(audience);
    await profiles.audiences.builds.finish();
    for (const journey of journeys) {
      await plans.put(journey);
      await plans.publish(journey.key);
    }
    await catalog.reload();
  }

  async #putItems(items: readonly Record<string, unknown>[]): Promise<void> {
    const read = readItems(JSON.stringify(items), 'json', this.#clock.now());
    const { refused } = await this.#rooms.catalog.upsert(read.items);
    const bad = [...read.refused, ...refused][0];
    if (bad) throw new Error(`The story's item ${bad.row} was refused: ${JSON.stringify(bad)}`);
  }

  async #until(at: number): Promise<void> {
    const ms = at - this.#clock.now();
    if (ms > 0) await this.#rooms.pulse.advance(this.#clock, ms);
    this.#clock.freeze(Math.max(at, this.#clock.now()));
  }

  async #settle(): Promise<void> {
    await this.#rooms.folder.drain();
    await this.#rooms.follower.catchUp();
    await this.#rooms.pulse.settle();
  }

  async #act(act: StoryAct): Promise<void> {
    if (act.does === 'changes') return this.#putItems(act.to ?? []);
    if (act.does === 'clicks') return this.#click(act.who!);
    await this.#rooms.events.receive([this.#eventOf(act)]);
  }

  /** A click on the first link of the last mail, as the door of links takes it. */
  async #click(who: string): Promise<void> {
    const mail = this.#mails.findLast(({ to }) => to === this.#addressOf(who));
    const token = mail && [...mail.tokens].sort(([a], [b]) => a - b)[0]?.[1];
    const target = token === undefined ? null : await this.#rooms.messages.click(token);
    if (!target) throw new Error(`${who} has no mail with a link to click on`);
    const landing = { page: { url: target.location, name: 'from a mail', section: '' } };
    await this.#rooms.events.receive([target.event, this.#seen(who, ['web.webpagedetails.pageViews'], landing)]);
  }

  #addressOf(who: string): string | undefined {
    return this.#story.people[who]?.email?.toLowerCase();
  }

  #eventOf(act: StoryAct): ShopEvent {
    const who = act.who!;
    const items = (act.items ?? []).map((id): EventItem => {
      const { priceMinor = null, currency = null } = this.#rooms.catalog.get(id) ?? {};
      return { id, quantity: 1, ...(priceMinor === null || currency === null ? {} : { priceMinor, currency }) };
    });
    switch (act.does) {
      case 'looks at':
        return this.#seen(who, ['commerce.productViews'], { items });
      case 'puts in the cart':
        return this.#seen(who, ['commerce.productListAdds'], { items });
      case 'takes out':
        return this.#seen(who, ['commerce.productListRemovals'], { items });
      case 'browses':
        return this.#seen(who, ['web.categoryViews'], { page: { section: act.what ?? '' } });
      case 'searches':
        return this.#seen(who, ['web.siteSearches'], { data: { term: act.what ?? '' } });
      case 'signs in':
        return this.#said(who, ['profile.asserted'], { attributes: this.#attributesOf(who) });
      case 'agrees':
        return this.#said(who, ['profile.consent'], { consent: { 'email-marketing': 'in' } });
      case 'withdraws':
        return this.#said(who, ['profile.consent'], { consent: { 'email-marketing': 'out' } });
      case 'orders': {
        const totalMinor = items.reduce((sum, { priceMinor = 0 }) => sum + priceMinor, 0);
        const order = { id: `order-${this.#told}`, totalMinor, currency: this.#rooms.catalog.currency ?? 'EUR' };
        return this.#said(who, ['commerce.purchases'], { items, order });
      }
      default:
        return this.#seen(who, ['web.webpagedetails.pageViews'], { page: { name: act.what ?? 'home' } });
    }
  }

  #attributesOf(who: string): Record<string, string | number | boolean> {
    const { attributes = {}, counted = false } = this.#story.people[who]!;
    return { firstName: who, ...attributes, ...(counted ? {} : { test: true }) };
  }

  /** Seen by the browser. */
  #seen(who: string, types: string[], more: Partial<ShopEvent>): ShopEvent {
    const at = this.#clock.now();
    const id = this.#deviceOf(who);
    return {
      id: `story-${this.#told++}`,
      source: 'edge:story',
      types,
      happenedAt: at,
      receivedAt: at,
      level: 0,
      visitor: `ecid:${id}`,
      identities: [{ namespace: 'ecid', id }],
      ...more,
    };
  }

  /** Said by the shop's server. */
  #said(who: string, types: string[], more: Partial<ShopEvent>): ShopEvent {
    const email = this.#addressOf(who);
    const { identities, ...seen } = this.#seen(who, types, more);
    const known = email === undefined ? [] : [{ namespace: 'email', id: email }];
    return { ...seen, source: 'server', level: 3, identities: [...known, ...identities] };
  }

  #deviceOf(who: string): string {
    const place = Object.keys(this.#story.people).indexOf(who) + 1;
    return String(place).padStart(38, '7');
  }

  /** Keeps a mail that leaves, with the message it is by its signed links. */
  async #arrive(raw: Buffer, to: string): Promise<void> {
    const mail = await this.#rooms.mailbox.put(raw, to);
    const tokens = new Map<number, string>();
    let id = '';
    for (const [, token] of mail.html.matchAll(/\/c\/(v1\.[\w.-]+)/g)) {
      const read = readToken(token!);
      if (!read) continue;
      id = read.message;
      tokens.set(read.index, token!);
    }
    const row = await this.#rooms.messages.get(id);
    const items = [...new Set(row?.links.flatMap(({ item }) => item ?? []))];
    const at = new Date(mail.at).toISOString();
    const { subject, text } = mail;
    const about = { journey: row?.journey ?? '', message: row?.template ?? '', activity: row?.activity ?? '' };
    this.#mails.push({ ...about, at, subject, text, items, to: to.toLowerCase(), id, tokens });
  }

  async #outcome(who: string): Promise<StoryOutcome> {
    const { profiles, store } = this.#rooms;
    const profile = await profiles.find({ namespace: 'ecid', id: this.#deviceOf(who) });
    const steps = profile ? (await stepsOf(store, profile.id, { limit: 1000 })).reverse() : [];
    const runs = new Map<string, StoryOutcome['runs'][number]>();
    for (const step of steps) {
      if (step.runId === null) continue;
      const run = runs.get(step.runId) ?? { journey: step.journey, path: [], end: null, activity: '' };
      runs.set(step.runId, run);
      if (run.path.at(-1) !== step.activity && step.activity !== 'entry') run.path.push(step.activity);
      run.activity = step.activity;
      if (step.kind === 'ended' || step.kind === 'exited') run.end = step.reason;
    }
    const refused = steps.flatMap(({ kind, journey, at, reason }) =>
      kind === 'refused' || (kind === 'messaged' && reason !== null)
        ? [{ journey, at: new Date(at).toISOString(), reason: reason ?? '' }]
        : [],
    );
    const mails = this.#mails
      .filter(({ to }) => to === this.#addressOf(who))
      .map(({ to: _to, id: _id, tokens: _tokens, ...mail }) => mail);
    return { mails, runs: [...runs.values()], refused };
  }
}
