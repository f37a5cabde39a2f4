import { point, shardOf } from '../base/index.ts';
import type { ShopEvent } from '../event/index.ts';
import type { Fact } from '../profile/index.ts';
import type { Tx } from '../store/index.ts';
import { addressKey } from './address.ts';
import { auditMessages, auditSending, type BrokenMessage } from './audit.ts';
import { LivePictures, type LivePicture } from './live-pictures.ts';
import { mirrorOf, type Mirror } from './mirror.ts';
import { moveBack, moveProfile, type CarriedMessages } from './merge.ts';
import { takeNotice, tidyNotices, type NewNotice } from './hear.ts';
import { readLetter, type Heeded, type Letter } from './letter.ts';
import { messageKey, type MessageRow, type MessageState, type Notice, type Plan } from './message.ts';
import type { CompiledTemplate } from './compiled.ts';
import { Counts } from './counts.ts';
import { CouponPools, sampleCodes, type GivenCode } from './coupon.ts';
import type { Senders } from './senders.ts';
import { freeCodes } from './table-coupon.ts';
import { kitOf, type Kit, type MessageParts, type RunPlace } from './part.ts';
import { namesBy, readProvider, type Provider, type Told } from './provider.ts';
import { nobody, planProofs, type PreviewSample, type ProofOrder } from './proof.ts';
import { renderMail, type Rendering } from './render.ts';
import { cancelRows, messageById, messagesOf } from './table.ts';
import { insertMessages } from './table-plan.ts';
import { eraseAddressed, eraseNotices, eraseProfile, freeSlots, suppress } from './table-gate.ts';
import * as records from './table-ledger.ts';
import { releaseQuarantined } from './rescue.ts';
import { Sending } from './sending.ts';
import { harmOf, keepOpenings, type HarmCounts } from './table-heard.ts';
import { acceptedSince, heldBy, nextDueAt } from './table-report.ts';
import { choicePage, choose, comeBack, type ChoicePage, type Choosing } from './choosing.ts';
import { dropTopic, putTopic, topics, type Topic } from './table-choice.ts';
import { post, postingState, type Posting, type PostingState } from './posting.ts';
import { Pacing } from './pacing.ts';
import { Suppressions } from './suppressing.ts';
import { Templates } from './template.ts';
import { readVerp } from './verp.ts';
import {
  cancelUnsent,
  clickTarget,
  confirming,
  liftFor,
  opening,
  unsubscribe,
  unsubscribePage,
  type ClickTarget,
  type UnsubscribePage,
} from './unsubscribe.ts';
import { Ending, workDue } from './work.ts';

/** The room's door: plans, gates, sends and records mails, and answers for their links. */
export class Messages {
  readonly templates: Templates;
  /** The suppression list, for people. */
  readonly suppressions: Suppressions;
  /** In whose names mails go out. */
  readonly senders: Senders;
  /** Codes of which each recipient gets one. */
  readonly coupons: CouponPools;
  /** The switch that holds back all mail. */
  readonly sending: Sending;
  /** Rates, warm-ups and brakes. */
  readonly pacing: Pacing;
  /** How many there are, for reports. */
  readonly counts: Counts;
  readonly #kit: Kit;
  readonly #ending = new Ending(() => this.#kit.maker.close());
  readonly #live: LivePictures;

  /** Throws MESSAGE_ADDRESS_REFUSED or MESSAGE_HEADER_REFUSED for a sender that cannot be one. */
  constructor(parts: MessageParts) {
    this.#kit = kitOf(parts);
    this.suppressions = new Suppressions(this.#kit);
    this.sending = new Sending(parts);
    this.pacing = new Pacing(this.#kit);
    this.senders = this.#kit.senders;
    this.counts = new Counts(parts.store, parts.shop.zone);
    this.coupons = new CouponPools(this.#kit);
    this.templates = new Templates(this.#kit);
    this.#live = new LivePictures({ clock: parts.clock, ...this.#kit.render });
  }

  /** T1: writes the intended mail in the journey's transaction; the same place of the same run gives the same message. */
  async plan(tx: Tx, plan: Plan): Promise<string> {
    return (await this.planAll(tx, [plan]))[0]!;
  }

  /** The same for many, in their order. */
  async planAll(tx: Tx, plans: readonly Plan[]): Promise<string[]> {
    const rows = plans.map((plan) => ({ plan, id: this.#kit.ids.next(), key: messageKey(plan) }));
    const ids = await insertMessages(tx, rows, this.#kit.clock.now());
    tx.afterCommit(() => point('message.planned'));
    return ids;
  }

  /** Writes a notice in the caller's transaction; the same turn about the same thing gives the same message. */
  notify(tx: Tx, notice: Notice): Promise<string> {
    const { about, turn, id, deadline, message, context, to } = notice;
    const place = { runId: about, journey: 'notice', journeyVersion: 0, activity: message, visit: turn };
    const shard = shardOf(`email:${to.trim().toLowerCase()}`);
    const kind = { class: 'transactional', holdout: 0, quietHours: null } as const;
    return this.plan(tx, { ...place, ...kind, profileId: id, shard, message, context, deadline, to });
  }

  /** A mail that a program of the shop asks for: planned once a key. Throws MESSAGE_KEY_USED and others. */
  post(posting: Posting): Promise<PostingState> {
    return post(this.#kit, posting, {
      isTransactional: async (key) => (await this.templates.compiled([key])).get(key)?.class === 'transactional',
      plan: (tx, plan) => this.plan(tx, plan),
    });
  }

  /** Where such a mail stands; null when there is none. */
  posted(by: { id: string } | { key: string }): Promise<PostingState | null> {
    return postingState(this.#kit, by);
  }

  /** What a confirmation link of a notice is about, and when the notice was planned; null when it is not ours. */
  async confirms(token: string): Promise<{ about: string; at: number } | null> {
    const row = await confirming(this.#kit, token);
    return row && { about: row.runId, at: row.plannedAt };
  }

  /** Forgets notices; what was not sent is cancelled. With `mails` the built-in mailbox forgets them too. */
  async forgetNotices(
    tx: Tx,
    notices: readonly Pick<Notice, 'about' | 'id'>[],
    { mails }: { mails: boolean },
  ): Promise<void> {
    for (const { about } of notices) await this.cancel(tx, about, 'forgotten');
    const ids = notices.map(({ id }) => id);
    if (mails) for (const id of ids) await eraseProfile(tx, id);
    await eraseNotices(tx, ids);
  }

  /** Ends the run's messages that are not on the wire; the journey asked, so it is not told. */
  async cancel(tx: Tx, runId: string, reason: string): Promise<void> {
    const rows = await cancelRows(tx, { runId }, { state: 'cancelled', reason, now: this.#kit.clock.now() });
    if (rows.length === 0) return;
    await freeSlots(tx, rows);
    await freeCodes(tx, rows);
  }

  /** Hears what became true of profiles: lost consent stops what is on its way, new consent lifts an older unsubscription. Openings are counted. */
  async listen(tx: Tx, facts: readonly Fact[], events: readonly ShopEvent[] = []): Promise<void> {
    await keepOpenings(tx, events);
    for (const fact of facts) {
      const purpose = fact.data['purpose'];
      if (fact.name === 'consent.lost' && (purpose === 'email-marketing' || purpose === 'collect')) {
        await cancelUnsent(this.#kit, tx, { profileId: fact.profileId, state: 'skipped', reason: 'no consent' });
      }
    }
    await liftFor(
      this.#kit,
      tx,
      facts.filter(({ name, data }) => name === 'consent.given' && data['purpose'] === 'email-marketing'),
    );
  }

  /**
   * One pass over everything due: takes up what lost workers left, ends what is overdue, and sends what passes its
   * gates, claiming the next batch while one is on the wire. Any number of processes may work at the same time.
   */
  work(): Promise<{ done: number }> {
    const compiled = (keys: string[]) => this.templates.compiled(keys);
    const rooms = { compiled, pacing: this.pacing, ending: this.#ending };
    return this.#ending.while(() => workDue(this.#kit, rooms));
  }

  /** What is under way ends, and nothing more is begun, however much is due: `work` returns soon. */
  stop(): void {
    this.#ending.ask();
  }

  /** When business time must come to for something to be done; null when nothing waits. */
  nextDue(): Promise<number | null> {
    return nextDueAt(this.#kit.store);
  }

  /** What is held at a gate or waits for another try, by reason. */
  held(): Promise<{ reason: string; count: number; until: number | null }[]> {
    return heldBy(this.#kit.store);
  }

  /** The ledger's numbers: what became of every message, in lines that add up. */
  ledger(filter: records.LedgerFilter): Promise<records.LedgerNumbers> {
    return records.ledgerNumbers(this.#kit.store, filter);
  }

  /** Single messages of the ledger, the newest first. */
  ledgerMessages(
    filter: records.LedgerFilter & { state?: MessageState; reason?: string },
    page: { after: string | null; limit: number },
  ): Promise<records.LedgerMessage[]> {
    return records.ledgerMessages(this.#kit.store, filter, page);
  }

  /** Everything the ledger has of one message; null when there is none. */
  ledgerStory(id: string): Promise<records.LedgerStory | null> {
    return records.ledgerStory(this.#kit.store, id);
  }

  /** Lets a mail go that was put aside. Throws MESSAGE_RELEASE_REFUSED. */
  release(id: string): Promise<void> {
    return releaseQuarantined(this.#kit, id);
  }

  /** Mails accepted since a moment of business time, UTC ms. */
  sentSince(since: number): Promise<number> {
    return acceptedSince(this.#kit.store, since);
  }

  /** Looks through a page of the ledger for what must never be (trust.md §2.5). Reads only. */
  audit(page: { after: string | null; limit: number }): Promise<{ broken: BrokenMessage[]; cursor: string | null }> {
    return auditMessages(this.#kit.store, { ...page, now: this.#kit.clock.now() });
  }

  /** Of runs that wait for what becomes of a mail, those of whose mail nothing will ever be heard. */
  unheard(places: readonly RunPlace[]): Promise<RunPlace[]> {
    return auditSending(this.#kit.store, places);
  }

  ofProfile(profileId: string): Promise<MessageRow[]> {
    return messagesOf(this.#kit.store, profileId);
  }

  get(id: string): Promise<MessageRow | null> {
    return messageById(this.#kit.store, id);
  }

  /** The event that tells that a mail was opened; null for a token that is not ours. */
  open(token: string): Promise<ShopEvent | null> {
    return opening(this.#kit, token);
  }

  /** Where a click leads; null for a token that is not ours. No effect: the door receives the event for a GET only. */
  click(token: string): Promise<ClickTarget | null> {
    return clickTarget(this.#kit, token);
  }

  /** What an item of a mail costs and whether it can be had, drawn now; null for a token that is not ours. */
  livePicture(token: string): Promise<LivePicture | null> {
    return this.#live.picture(token);
  }

  /** The page of an item of a mail, or of what stands in for it now; null for a token that is not ours. */
  livePage(token: string): string | null {
    return this.#live.page(token);
  }

  /** A mail in a browser; null for a token that is not ours. Reads only. */
  mirror(token: string): Promise<Mirror | null> {
    return mirrorOf(this.#kit, this.templates, token);
  }

  /** For GET: what the page shows. Never changes anything; null when the link is not recognised. */
  unsubscribePage(token: string): Promise<UnsubscribePage | null> {
    return unsubscribePage(this.#kit, token);
  }

  /** For POST: unsubscribes at once, any number of times. False when the token is unknown; answer 200 all the same. */
  unsubscribe(token: string, everything = false): Promise<boolean> {
    return unsubscribe(this.#kit, token, everything);
  }

  /** For GET of the page on which people choose; null when the link is not recognised. */
  choices(token: string): Promise<ChoicePage | null> {
    return choicePage(this.#kit, token);
  }

  /** For POST: what was chosen holds before the next claim. False when the token is unknown. */
  choose(token: string, chosen: Choosing): Promise<boolean> {
    return choose(this.#kit, token, chosen);
  }

  /** Whoever unsubscribed comes back, with the words they agreed to. False for those who stay out. */
  comeBack(token: string, wording: string): Promise<boolean> {
    return comeBack(this.#kit, token, wording);
  }

  /** What the mails are about, for people to choose from. */
  topics(): Promise<Topic[]> {
    return topics(this.#kit.store);
  }

  putTopic(topic: Topic): Promise<void> {
    return putTopic(this.#kit.store, topic);
  }

  removeTopic(key: string): Promise<boolean> {
    return dropTopic(this.#kit.store, key);
  }

  /** What somebody said of mails of ours: put down durably, and in effect before the next claim. False when it was known. */
  hear(notice: NewNotice): Promise<boolean> {
    return takeNotice(this.#kit, notice);
  }

  /** A provider's call, which is genuine already: each of its events has its effect once. */
  async told(provider: Provider, call: { source: string; body: unknown; id: string | null }): Promise<Told> {
    const told: Told = { taken: 0, repeated: 0 };
    for (const notice of readProvider(provider, call, { source: call.source, nameOf: namesBy(this.#kit.verpKey) }))
      told[(await takeNotice(this.#kit, notice)) ? 'taken' : 'repeated']++;
    return told;
  }

  /** A mail that came to one of our addresses, by SMTP or IMAP; what it says is in effect. */
  async letter(letter: Letter): Promise<Heeded> {
    const notice = readLetter(this.#kit.verpKey, letter);
    if (!notice) return 'strange';
    await takeNotice(this.#kit, notice);
    return notice.said.some(({ kind }) => kind === 'replied') ? 'person' : 'machine';
  }

  /** Does an address of ours name a message of ours? For who asks before the mail itself (SMTP's RCPT). */
  isOurs(address: string): boolean {
    return readVerp(this.#kit.verpKey, address) !== null;
  }

  /** What mails did to those who got them since a moment, of one journey or of all. */
  harm(of: { journey: string | null; since: number }): Promise<HarmCounts> {
    return harmOf(this.#kit.store, of);
  }

  /** Forgets what was heard and done a month ago, and seals codes that an earlier version has left in the clear. */
  async tidy(): Promise<number> {
    await this.coupons.sealOpen();
    return tidyNotices(this.#kit);
  }

  /** Renders the newest version of a template, published or not, or a document, for a person and a run's context. */
  async preview(key: string, sample: PreviewSample): Promise<Rendering> {
    return this.show(await this.templates.draft(key, sample.document), sample);
  }

  /** A template rendered for somebody, with nothing taken and nothing counted. */
  async show(template: CompiledTemplate, { profile, context }: PreviewSample): Promise<Rendering> {
    const { clock, shop, senders } = this.#kit;
    const timeZone = profile.timeZone ?? shop.zone;
    const codes = sampleCodes(template.pools);
    const { render } = await senders.brand(template.sender);
    return renderMail({ template, messageId: nobody, codes, profile, context, now: clock.now(), timeZone }, render);
  }

  /** Sends a version of a template, as it is for somebody, to who looks at it. Throws MESSAGE_ADDRESS_REFUSED. */
  prove(tx: Tx, order: ProofOrder): Promise<{ to: string; message: string }[]> {
    const { ids, clock } = this.#kit;
    return planProofs(order, { id: ids.next(), now: clock.now(), plan: (plan) => this.plan(tx, plan) });
  }

  /** After a merge: the surviving profile's messages and cap slots are both profiles'. @returns what `movedBack` needs */
  moved(tx: Tx, from: string, into: string): Promise<CarriedMessages> {
    return moveProfile(tx, from, into);
  }

  /** The two are parted again. */
  movedBack(tx: Tx, parted: { from: string; into: string; carried: CarriedMessages }): Promise<void> {
    return moveBack(tx, parted);
  }

  /** Erases a person from ledger and mailbox; what was not sent is cancelled. Suppression keeps its hash. */
  async forget(tx: Tx, profileId: string): Promise<void> {
    await cancelUnsent(this.#kit, tx, { profileId, state: 'cancelled', reason: 'erased' });
    await eraseProfile(tx, profileId);
  }

  /** These addresses get no mail of any kind any more; only their keyed hash is kept (trust.md §0 19). */
  async neverMail(tx: Tx, addresses: readonly string[]): Promise<void> {
    const now = this.#kit.clock.now();
    for (const address of addresses) {
      const key = addressKey(this.#kit.addressSecret, address);
      await suppress(tx, { key, scope: 'all', reason: 'erased', messageId: null, now });
      await eraseAddressed(tx, address, now);
    }
  }

  /** All that this room knows of a person, for export. */
  async exportFor(profileId: string): Promise<{ messages: MessageRow[]; coupons: GivenCode[] }> {
    return { messages: await this.ofProfile(profileId), coupons: await this.coupons.ofProfile(profileId) };
  }
}
