import { point } from '../base/index.ts';
import { blankState, type Profile } from '../profile/index.ts';
import type { Tx } from '../store/index.ts';
import { judgeAddress } from './address.ts';
import { Admission, giveBack } from './admit.ts';
import type { CompiledTemplate } from './compiled.ts';
import { askingUtf8, decideGates, eaiRefused, notListed, type GateInput, type Verdict } from './gate.ts';
import { awaitsConsent, jitterOf, unreadConsents } from './last-look.ts';
import { homeKey, type MessageRow } from './message.ts';
import { couponsFor, sampleCodes, type Coupons } from './coupon.ts';
import { wayOf, type Kit, type Still } from './part.ts';
import { isKeptFrom, lookUpAddresses, wishesOf, type Listed } from './listed.ts';
import type { FreshContext } from './fresh.ts';
import { lacksItems, type Grid } from './grid.ts';
import { inStock } from './render.ts';
import type { Brand } from './sender.ts';
import { applyChanges } from './settle.ts';
import { lease, lockDue, peekDue, type Change } from './table.ts';
import { slotsSince, takeSlots, waitingMails, type Slot, type WaitingMail } from './table-gate.ts';

/** What of a claim is needed until its mail is answered. */
export interface Taken {
  row: MessageRow;
  profile: Profile;
  address: string;
  addressKey: string;
  zone: string;
  /** In whose name it goes out. */
  brand: Brand;
}

/** A message whose gates are passed and whose lease is ours. */
export interface Claim extends Taken {
  template: CompiledTemplate;
  /** Codes of its coupons, by the name they are printed under. */
  codes: Record<string, string>;
  /** What it shows, as the gate "in stock" has read it; a notice passes no such gate. */
  fresh?: FreshContext;
}

/** A message whose items must be asked for before it can be made. */
export interface Lacking {
  row: MessageRow;
  grids: readonly Grid[];
}

/** One claim's worth of work: what may be rendered, and how many were decided at all. */
export interface Claimed {
  claims: Claim[];
  decided: number;
  /** Some wait for what the next hop says of addresses beyond ASCII. */
  asks: boolean;
  /** Those that have come through the gates and show what nobody has asked for yet; they are as they were. */
  lacks: Lacking[];
}

/**
 * T2 (trust §2.2): peeks at what is due, locks the profiles and then the messages, judges every gate live, and leases
 * what passed. A message whose last worker was lost is claimed alone, so that it can harm nobody else.
 */
export async function claimDue(
  kit: Kit,
  templates: (keys: string[]) => Promise<Map<string, CompiledTemplate>>,
): Promise<Claimed> {
  const now = kit.clock.now();
  const peeked = await peekDue(kit.store, now, kit.set.batch);
  const suspect = peeked[0] && peeked[0].crashes > 0;
  const candidates = suspect ? peeked.slice(0, 1) : peeked.filter(({ crashes }) => crashes === 0);
  if (candidates.length === 0) return { claims: [], decided: 0, asks: false, lacks: [] };
  const claimed = await kit.store.inTransaction(async (tx) => {
    // In this order, on one connection: the profiles come first.
    const [profiles, rows] = await Promise.all([
      kit.profiles.lock(tx, [...new Set(candidates.map(({ profileId }) => profileId))]),
      lockDue(
        tx,
        candidates.map(({ id }) => id),
        now,
      ),
    ]);
    const of = rows.filter(({ to }) => to === null);
    const brands = await kit.senders.brands(tx);
    const [known, answers, unread] = await Promise.all([
      inTheirThemes(rows, brands, templates),
      kit.stillTrue(tx, of),
      unreadConsents(kit, profiles.values()),
    ]);
    const still = new Map(of.map(({ id }, place) => [id, answers[place]!]));
    return claimRows({ kit, tx, now, profiles, templates: known, brands, still, unread }, rows);
  });
  point('message.claimed');
  return claimed;
}

/** The templates of these messages, those of a journey whose sender wears another theme in that one. By message. */
async function inTheirThemes(
  rows: readonly MessageRow[],
  brands: ReadonlyMap<string, Brand>,
  templates: (keys: string[]) => Promise<Map<string, CompiledTemplate>>,
): Promise<Map<string, CompiledTemplate>> {
  const plain = await templates(rows.map(({ template }) => template));
  const worn = rows.map(({ template: key, sender }) => {
    const template = plain.get(key);
    const theme = sender === null ? undefined : brands.get(sender)?.theme;
    const isOther = template && !template.theme && (template.sender ?? homeKey) !== sender && theme;
    return isOther ? `${key}~${theme}` : key;
  });
  const dressed = worn.filter((key) => key.includes('~'));
  const all = dressed.length === 0 ? plain : new Map([...plain, ...(await templates(dressed))]);
  return new Map(rows.flatMap(({ id }, no) => (all.has(worn[no]!) ? [[id, all.get(worn[no]!)!] as const] : [])));
}

interface Desk {
  kit: Kit;
  tx: Tx;
  now: number;
  profiles: Map<string, Profile>;
  /** By message. */
  templates: Map<string, CompiledTemplate>;
  brands: ReadonlyMap<string, Brand>;
  /** By message: is the run still where it was planned? */
  still: Map<string, Still>;
  /** Profiles of whom a consent waits to be folded. */
  unread: ReadonlySet<string>;
}

async function claimRows(desk: Desk, rows: MessageRow[]): Promise<Claimed> {
  const { kit, tx, now } = desk;
  const people = [...desk.profiles.keys()];
  const asked = lookUpAddresses(kit, tx, {
    emails: rows.map((row) => [row.id, row.to ?? desk.profiles.get(row.profileId)?.state.email ?? null] as const),
    now,
  });
  const [listed, waiting] = await Promise.all([asked, waitingMails(tx, people)]);
  const wishes = await wishesOf(tx, rows, listed);
  const chosenCaps = [...wishes.values()].flatMap(({ cap }) => cap ?? []);
  const caps = [...kit.set.caps, ...chosenCaps, ...rows.flatMap(({ rank }) => rank?.cap ?? [])];
  const longest = Math.max(0, ...caps.map(({ windowMs }) => windowMs));
  const opening = Admission.open(kit, tx, {
    journeys: [...new Set(rows.map(({ journey }) => journey))],
    emails: rows.flatMap((row) => row.to ?? desk.profiles.get(row.profileId)?.state.email ?? []),
    brands: brandsOf(desk, rows),
  });
  const [slots, admission] = await Promise.all([slotsSince(tx, people, now - longest), opening]);
  const bought = ({ profileId }: MessageRow) => desk.profiles.get(profileId)?.state.orders.at(-1)?.at ?? null;
  // Who goes before is judged first, so that the last place is theirs.
  const before = ({ class: kind, rank }: MessageRow) => (kind === 'marketing' ? (rank?.priority ?? 0) : 1000);
  const recent = (row: MessageRow) => (admission.isWarming ? (bought(row) ?? 0) : 0);
  rows.sort((a, b) => before(b) - before(a) || recent(b) - recent(a));
  const judged = new Set<string>();
  const passed: Omit<Claim, 'codes'>[] = [];
  const changes: Change[] = [];
  const lacks: Lacking[] = [];
  for (const row of rows) {
    const found = listed.get(row.id);
    const blocked = isBlocked(desk, row, found);
    const decided =
      row.to === null
        ? decideRow(desk, row, {
            suppressed: blocked,
            chosen: wishes.get(row.id),
            slots,
            ahead: aheadOf(row, waiting, judged),
          })
        : decideNotice(desk, { ...row, to: row.to }, blocked);
    if ('lacks' in decided) {
      // It is judged when it has what it shows; until then who comes behind leaves its place free.
      lacks.push({ row, grids: decided.lacks });
      continue;
    }
    judged.add(row.id);
    const change = 'change' in decided ? decided.change : admission.ask({ ...decided.claim, lastOrderAt: bought(row) });
    if (change) changes.push(change);
    else if ('claim' in decided) {
      passed.push({ ...decided.claim, addressKey: found?.key ?? '' });
      slots.push({ profileId: row.profileId, messageId: row.id, group: groupOf(row), at: now });
    }
  }
  await admission.save(tx);
  const claims = await withCoupons(desk, passed, changes);
  const going = new Set(claims.map(({ row }) => row.id));
  const left = passed.filter(({ row }) => !going.has(row.id));
  await giveBack(kit, tx, { comers: left, slowed: admission.slowed });
  await settleClaims(desk, claims, changes);
  return {
    claims: claims.map((claim) => ({ ...claim, row: { ...claim.row, fence: claim.row.fence + 1 } })),
    decided: rows.length,
    asks: changes.some(({ reason }) => reason === askingUtf8),
    lacks,
  };
}

function isBlocked(desk: Desk, row: MessageRow, found: Listed | undefined): boolean {
  if (found === undefined) return false;
  return isKeptFrom(found, { marketing: row.class === 'marketing', sender: senderOf(desk, row) });
}

/** Whom it goes out for: the journey’s word before that of the template. */
function senderOf({ templates }: Desk, { id, sender }: MessageRow): string {
  return sender ?? templates.get(id)?.sender ?? homeKey;
}

/** The gate after "in stock": those whose mail prints a code get theirs, or are held or left out as its pool says. */
async function withCoupons(desk: Desk, passed: Omit<Claim, 'codes'>[], changes: Change[]): Promise<Claim[]> {
  const { pretends } = desk.kit.senders;
  const wanted = passed.flatMap(({ row, template: { pools = [] } }) =>
    pools.length > 0 && row.class !== 'proof' && !pretends ? [{ id: row.id, pools }] : [],
  );
  const coupons = await couponsFor(desk.kit, desk.tx, wanted);
  if (wanted.length > 0) point('message.coupons');
  return passed.flatMap((claim) => {
    const { row } = claim;
    const found: Coupons = coupons.get(row.id) ?? { codes: pretends ? sampleCodes(claim.template.pools) : {} };
    if ('codes' in found) return [{ ...claim, codes: found.codes }];
    changes.push(
      'skip' in found
        ? { id: row.id, state: row.resent ? 'abandoned' : 'skipped', reason: found.skip }
        : { id: row.id, state: 'held', reason: found.hold, due: found.until },
    );
    return [];
  });
}

/** The brand of a message, or how long it waits for one that is gone or whose way out is not set here. */
function brandFor(desk: Desk, row: MessageRow): { brand: Brand } | { change: Change } {
  const key = senderOf(desk, row);
  const { senders } = desk.kit;
  const brand = desk.brands.get(key) ?? (senders.pretends ? senders.home : undefined);
  const due = desk.now + senderRestMs;
  if (!brand) return { change: { id: row.id, state: 'held', reason: `there is no sender "${key}"`, due } };
  if (wayOf(desk.kit, brand)) return { brand };
  return { change: { id: row.id, state: 'held', reason: `the way out "${brand.way}" is not set`, due } };
}

/** Those of these messages that can go out at all. */
function brandsOf(desk: Desk, rows: readonly MessageRow[]): Brand[] {
  const found = rows.map((row) => brandFor(desk, row));
  return [...new Set(found.flatMap((one) => ('brand' in one ? [one.brand] : [])))];
}

/** How soon a mail is looked at again whose sender is not there, ms. */
const senderRestMs = 5 * 60_000;

function groupOf({ rank, journey }: MessageRow): string {
  return rank?.group ?? `journey:${journey}`;
}

/** Mails to the same person that go before, and have not been judged yet in this claim. */
function aheadOf(row: MessageRow, waiting: readonly WaitingMail[], judged: ReadonlySet<string>): WaitingMail[] {
  const mine = row.rank?.priority;
  if (mine === undefined) return [];
  return waiting.filter((one) => one.profileId === row.profileId && one.priority > mine && !judged.has(one.id));
}

async function settleClaims({ kit, tx, now }: Desk, claims: Claim[], changes: Change[]): Promise<void> {
  const reserved = claims
    .filter(({ row }) => row.class === 'marketing')
    .map(({ row }) => ({
      shard: row.shard,
      profileId: row.profileId,
      messageId: row.id,
      journey: row.journey,
      group: groupOf(row),
    }));
  if (reserved.length > 0) await takeSlots(tx, reserved, now);
  if (claims.length > 0) {
    const leases = claims.map(({ row, address, addressKey: key }) => ({
      id: row.id,
      shard: row.shard,
      recipient: address,
      addressKey: key,
    }));
    await lease(tx, leases, kit.set.leaseMs);
  }
  await applyChanges(kit, tx, changes);
}

type Decided = { claim: Omit<Claim, 'addressKey' | 'codes'> } | { change: Change } | { lacks: readonly Grid[] };

function decideRow(
  desk: Desk,
  row: MessageRow,
  facts: {
    suppressed: boolean;
    chosen: GateInput['chosen'];
    slots: readonly Slot[];
    ahead: readonly WaitingMail[];
  },
): Decided {
  const { kit, now } = desk;
  const profile = desk.profiles.get(row.profileId) ?? null;
  const template = desk.templates.get(row.id);
  const sender = brandFor(desk, row);
  const verdict = decideGates({
    message: row,
    profile: profile?.state ?? null,
    suppressed: facts.suppressed,
    chosen: facts.chosen,
    slots: facts.slots.filter((slot) => slot.profileId === row.profileId && slot.messageId !== row.id),
    ahead: facts.ahead,
    hasSlot: facts.slots.some(({ messageId }) => messageId === row.id),
    now,
    shopZone: kit.shop.zone,
    jitter: jitterOf(row.id, kit.set.quietJitterMs),
    caps: kit.set.caps,
    mayReach: (address) => mayReach(kit, address),
    utf8: 'brand' in sender ? utf8Of(kit, sender.brand) : false,
  });
  if (!verdict.go) return { change: refusal(row, verdict) };
  if (row.class === 'marketing' && desk.unread.has(row.profileId)) return { change: awaitsConsent(row, now) };
  if ('change' in sender) return sender;
  // A mail in doubt, or put aside, was told to its run, which has gone on; sending it is no longer the run's matter.
  const still = row.resent || row.released || (desk.still.get(row.id) ?? 'The run is gone');
  if (still !== true) {
    if (typeof still === 'string') return { change: { id: row.id, state: 'skipped', reason: still } };
    return { change: { id: row.id, state: 'held', reason: still.hold, due: still.until } };
  }
  if (!template) {
    return { change: { id: row.id, state: 'render_failed', reason: `no published template "${row.template}"` } };
  }
  if (row.class === 'marketing' && template.class === 'transactional') {
    return { change: { id: row.id, state: 'render_failed', reason: `"${row.template}" has no way to unsubscribe` } };
  }
  // A journey was published with a message that has become another since; a receipt that a program asks for is looked at when it is asked for.
  if (row.class === 'transactional' && row.rank && template.class !== 'transactional') {
    return { change: { id: row.id, state: 'render_failed', reason: `"${row.template}" is marketing` } };
  }
  const lacks = lacksItems(template, row, now);
  if (lacks) return { lacks };
  const fresh = inStock({ template, context: row.context }, sender.brand.render);
  if (!fresh) return { change: { id: row.id, state: 'skipped', reason: 'no items' } };
  const { address, zone } = verdict;
  return { claim: { row, profile: profile!, address, zone, template, brand: sender.brand, fresh } };
}

/** A notice asks of nobody's consent and of no run; only who may not be mailed at all is left out. */
function decideNotice(desk: Desk, row: MessageRow & { to: string }, suppressed: boolean): Decided {
  const change = (state: Change['state'], reason: string): Decided => ({ change: { id: row.id, state, reason } });
  if (suppressed) return change(row.resent ? 'abandoned' : 'skipped', 'suppressed');
  const address = judgeAddress(row.to);
  if ('refused' in address) return change('skipped', `address refused: ${address.refused}`);
  if (!mayReach(desk.kit, address.address)) return change('skipped', notListed);
  const sender = brandFor(desk, row);
  if ('change' in sender) return sender;
  const utf8 = utf8Of(desk.kit, sender.brand);
  if (address.foreign && utf8 === false) return change('skipped', eaiRefused);
  if (address.foreign && utf8 === null)
    return { change: { id: row.id, state: 'held', reason: askingUtf8, due: desk.now + 60_000 } };
  const template = desk.templates.get(row.id);
  if (!template) return change('render_failed', `no published template "${row.template}"`);
  const lacks = lacksItems(template, row, desk.now);
  if (lacks) return { lacks };
  const { id, shard } = { id: row.profileId, shard: row.shard };
  const profile: Profile = { id, shard, version: 0, state: { ...blankState(row.plannedAt), email: row.to } };
  const claim = { row, profile, address: address.address, zone: desk.kit.shop.zone, template, brand: sender.brand };
  return { claim };
}

/** Where only some addresses may get mail: is it one of them, or of one of their domains? What is pretended reaches nobody. */
function mayReach({ onlyTo, senders }: Kit, address: string): boolean {
  if (!onlyTo || senders.pretends) return true;
  const [whole, domain] = [address.toLowerCase(), address.slice(address.lastIndexOf('@') + 1).toLowerCase()];
  return onlyTo.has(whole) || onlyTo.has(domain);
}

function utf8Of(kit: Kit, brand: Brand): boolean | null {
  const transport = wayOf(kit, brand)!;
  return transport.utf8 === undefined ? false : transport.utf8;
}

/** What was in doubt before may have arrived: it is given up then, as "skipped" would say that nobody got it. */
function refusal(row: MessageRow, verdict: Extract<Verdict, { go: false }>): Change {
  return 'hold' in verdict
    ? { id: row.id, state: 'held', reason: verdict.hold, due: verdict.until }
    : { id: row.id, state: row.resent ? 'abandoned' : 'skipped', reason: verdict.skip };
}
