import { elapsed, point, shardOf, traced } from '../base/index.ts';
import { assignArm, globalSalt, journeySalt, quarterOf, viewOf, type Profile } from '../profile/index.ts';
import type { Tx } from '../store/index.ts';
import { giveBack, heldBack } from './admit.ts';
import type { Claim, Taken } from './claim.ts';
import { lookAgain } from './last-look.ts';
import { heldOutOfAll } from './message.ts';
import type { ComposedMail } from './mime.ts';
import type { Made, MakeJob } from './make.ts';
import { wayOf, type AssignedUnit, type Kit } from './part.ts';
import { sampleCodes } from './coupon.ts';
import { proofProfile } from './proof.ts';
import { contextFor, sizeLimits, type RenderedMail } from './render.ts';
import { Recorder } from './record.ts';
import type { SendResult } from './result.ts';
import { applyChanges } from './settle.ts';
import { beginSending, type Change, type WireRow } from './table.ts';
import { readSlowed } from './table-pace.ts';

/**
 * A rendered and composed mail, before T3. Many of them wait for the wire at once, so that what a mail was made of, its
 * context and its texts, is let go where nobody asks for it any more.
 */
export interface Ready {
  claim: Taken;
  templateVersion: number;
  subject: string;
  /** What it says, where the way out shows it. */
  says: RenderedMail | null;
  mail: ComposedMail;
  sha256: string;
}

/** What came of making one. */
export interface Making {
  template: string;
  version: number;
  failed: string | null;
}

/** Makes mails of what was claimed, without a lock. What cannot be a mail ends here with its reason. */
export async function renderClaims(kit: Kit, claims: Claim[]): Promise<{ ready: Ready[]; makings: Making[] }> {
  const ready: Ready[] = [];
  const changes: Change[] = [];
  const made = await kit.maker.make(claims.map((claim) => jobOf(kit, claim)));
  for (const [no, claim] of claims.entries()) {
    const done = readyOf(kit, claim, made[no]!);
    if ('state' in done) changes.push(done);
    else ready.push(done);
  }
  if (changes.length > 0)
    await kit.store.inTransaction(async (tx) => {
      await lockPeople(kit, tx, claims);
      await applyChanges(kit, tx, changes);
    });
  point('message.rendered');
  const makings = claims.map(({ row, template }, no) => {
    const one = made[no]!;
    return { template: row.template, version: template.version, failed: 'failed' in one ? one.failed : null };
  });
  return { ready, makings };
}

/** All that its mail says, as it is at this moment. */
function jobOf(kit: Kit, { row, profile, template, zone, brand, address, codes, fresh: read }: Claim): MakeJob {
  const now = kit.clock.now();
  const shownTo = proofProfile(row);
  const seen = shownTo ?? viewOf(profile, now);
  const fresh =
    read && !template.live && !shownTo
      ? read
      : contextFor({ template, profile: seen, context: row.context, now }, brand.render);
  const { id, key, journey, class: kind } = row;
  return {
    template,
    brand,
    order: {
      message: { id, key, journey, class: kind },
      address,
      profile: seen,
      fresh,
      codes: shownTo ? sampleCodes(template.pools) : codes,
      timeZone: zone,
      opens: row.rank?.opens ?? false,
      at: now,
      words: !wayOf(kit, brand)?.rawOnly,
    },
  };
}

function readyOf(kit: Kit, claim: Claim, made: Made): Ready | Change {
  const { row, template, profile, address, addressKey, zone, brand } = claim;
  const ended = (state: Change['state'], reason: string): Change => ({ id: row.id, state, reason, fence: row.fence });
  if ('skip' in made) return ended('skipped', made.skip);
  if ('failed' in made) {
    kit.log.warn('message.render_failed', { message: row.id, template: row.template });
    return ended('render_failed', made.failed);
  }
  const { size, links, ...mail } = made;
  if (size > sizeLimits.warn) kit.log.warn('message.large', { message: row.id, bytes: size });
  return {
    ...mail,
    claim: { row: Object.assign(row, { context: {}, links }), profile, address, addressKey, zone, brand },
    templateVersion: template.version,
  };
}

/**
 * What may have changed since the claim, holdout last, then T3: the control arm becomes a ghost that its run does not
 * notice; the others are `sending`, with their attempt rows committed, before the first byte. Gives those that may go on
 * the wire.
 */
export async function beginBatch(kit: Kit, ready: Ready[]): Promise<Ready[]> {
  if (ready.length === 0) return [];
  const options = { leaseMs: kit.set.wireLeaseMs, now: kit.clock.now() };
  const going = await kit.store.inTransaction(async (tx) => {
    const claims = ready.map(({ claim }) => claim);
    const [profiles, slowed] = await Promise.all([lockPeople(kit, tx, claims), readSlowed(tx, options.now)]);
    if (slowed.frozen) {
      await applyChanges(kit, tx, ready.map(returned('sending is frozen')));
      await giveBack(kit, tx, { comers: claims, slowed });
      return new Set<string>();
    }
    const slow = claims.flatMap((claim) => {
      const held = heldBack(kit, slowed, claim);
      return held ? [{ ...held, fence: claim.row.fence }] : [];
    });
    const free = slow.length === 0 ? claims : claims.filter(({ row }) => !slow.some(({ id }) => id === row.id));
    const back = [...slow, ...(await lookAgain(kit, tx, { claims: free, profiles }))];
    await applyChanges(kit, tx, back);
    const kept = new Set(back.map(({ id }) => id));
    const through = ready.filter(({ claim }) => !kept.has(claim.row.id));
    const people = through.map(({ claim }) => claim);
    const heldOut = new Map(through.map(({ claim }) => [claim.row.id, heldOutOf(kit, claim)]));
    const ghosts = through.filter(({ claim }) => heldOut.get(claim.row.id) !== null);
    const treated = through.filter(({ claim }) => heldOut.get(claim.row.id) === null);
    const held = await applyChanges(
      kit,
      tx,
      ghosts.map(({ claim: { row } }) => ({
        id: row.id,
        state: 'skipped',
        reason: heldOut.get(row.id) === 'all' ? heldOutOfAll : 'held out',
        arm: 'control',
        fence: row.fence,
        links: row.links,
      })),
    );
    const ids = await beginSending(
      tx,
      treated.map((one) => wireRow(kit, one)),
      options,
    );
    // Whoever did not come through was suppressed, cancelled or claimed anew since; only the first still is ours.
    await applyChanges(
      kit,
      tx,
      treated
        .filter(({ claim }) => !ids.has(claim.row.id))
        .map(({ claim: { row } }) => ({ id: row.id, state: 'skipped', reason: 'suppressed', fence: row.fence })),
    );
    await giveBack(kit, tx, { comers: claims.filter(({ row }) => !ids.has(row.id)), slowed });
    await tellArms(kit, tx, { people, held, going: ids, heldOut });
    return ids;
  });
  point('message.sending');
  return ready.filter(({ claim }) => going.has(claim.row.id));
}

/** The profiles come first, as everywhere: what follows tells runs, and those are under their profile's lock. */
function lockPeople(kit: Kit, tx: Tx, claims: readonly Taken[]): Promise<Map<string, Profile>> {
  return kit.profiles.lock(tx, [...new Set(claims.map(({ row }) => row.profileId))].sort());
}

/** Says of everybody whose arm was stored in this transaction which it is. */
async function tellArms(
  kit: Kit,
  tx: Tx,
  stored: {
    people: readonly Taken[];
    held: ReadonlySet<string>;
    going: ReadonlySet<string>;
    heldOut: ReadonlyMap<string, HeldOut>;
  },
): Promise<void> {
  const at = kit.clock.now();
  const { globalHoldout = 0 } = kit;
  const units = stored.people.flatMap((claim): AssignedUnit[] => {
    const { row } = claim;
    const isStored = stored.held.has(row.id) || stored.going.has(row.id);
    if (!isCompared(claim) || !isStored) return [];
    const { journey, profileId } = row;
    const heldOut = stored.heldOut.get(row.id)!;
    const { device } = claim.profile.state.visit ?? {};
    const arms: AssignedUnit[] = [];
    if (globalHoldout > 0) {
      const arm = heldOut === 'all' ? 'control' : 'treated';
      arms.push({ journey: `global:${quarterOf(at)}`, profileId, arm, at, share: globalHoldout, device });
    }
    // Whoever gets no mail at all is in no journey's comparison.
    if (heldOut !== 'all') {
      arms.push({ journey, profileId, arm: heldOut === null ? 'treated' : 'control', at, share: row.holdout, device });
    }
    if (heldOut === null && row.variant) {
      const { label: arm, share } = row.variant;
      arms.push({ journey: `${journey}/${row.activity}`, profileId, arm, at, share, device });
    }
    return arms;
  });
  if (units.length > 0) await kit.onAssigned?.(tx, units);
}

/** Gives claims back before their lease runs out, when a slow next hop keeps us: a living worker is not a lost one. */
export async function handBack(kit: Kit, ready: Ready[]): Promise<void> {
  const changes = ready.map(returned('waits for the next hop'));
  await kit.store.inTransaction((tx) => applyChanges(kit, tx, changes));
}

function returned(reason: string): (one: Ready) => Change {
  return ({ claim: { row } }) => ({ id: row.id, state: 'ready', reason, fence: row.fence });
}

/** Of what somebody is held out: of all mail, of this journey's, or of nothing. */
type HeldOut = 'all' | 'journey' | null;

/** Test profiles are always treated (design §7 "Measuring"). Transactional mail has no control arm. */
function isCompared({ row, profile }: Taken): boolean {
  return row.class === 'marketing' && !row.test && !profile.state.test;
}

/** The holdout of all mail comes first, by a salt of its own that changes with the quarter (trust.md §5.1). */
function heldOutOf({ clock, globalHoldout = 0 }: Kit, claim: Taken): HeldOut {
  if (!isCompared(claim)) return null;
  const { row } = claim;
  if (globalHoldout > 0 && assignArm(globalSalt(clock.now()), row.profileId, globalHoldout) === 'control') return 'all';
  return (row.arm ?? assignArm(journeySalt(row.journey), row.profileId, row.holdout)) === 'control' ? 'journey' : null;
}

function wireRow(kit: Kit, { claim, templateVersion, subject, mail, sha256 }: Ready): WireRow {
  const { row } = claim;
  return {
    id: row.id,
    shard: row.shard,
    keyShard: shardOf(claim.addressKey),
    fence: row.fence,
    addressKey: claim.addressKey,
    subject,
    links: JSON.stringify(row.links),
    templateVersion,
    sender: claim.brand.key,
    transport: wayOf(kit, claim.brand)!.name,
    mailId: mail.messageId,
    sha256,
  };
}

/** One mail on its way, where somebody traces. */
function inSpan({ row }: Taken, way: string, send: () => Promise<SendResult>): Promise<SendResult> {
  const fields = { 'beckon.message': row.id, 'beckon.journey': row.journey, 'beckon.way': way };
  return traced('message.send', { kind: 'client', fields }, async (note) => {
    const result = await send();
    note({ 'beckon.result': result.kind });
    return result;
  });
}

const unbegun: SendResult = { kind: 'lost', bodyEnded: false, why: 'its turn came too late' };

/** Begun mails on their way: as many at once as the transport bears, results recorded as they come. */
export class Wire {
  readonly #kit: Kit;
  readonly #recorder: Recorder;
  readonly #queue: { ready: Ready; giveUpAt: number }[] = [];
  readonly #lanes = new Set<Promise<void>>();
  #emptied: (() => void)[] = [];

  constructor(kit: Kit) {
    this.#kit = kit;
    this.#recorder = new Recorder(kit);
  }

  /** A mail whose lease would run out before its turn is not begun. */
  take(batch: readonly Ready[]): void {
    const { wireLeaseMs } = this.#kit.set;
    const giveUpAt = elapsed() + wireLeaseMs - Math.min(10_000, wireLeaseMs / 4);
    this.#queue.push(...batch.map((ready) => ({ ready, giveUpAt })));
    const free = this.#kit.transport.width - this.#lanes.size;
    for (let n = Math.min(free, this.#queue.length); n > 0; n--) {
      const lane = this.#lane().finally(() => void this.#lanes.delete(lane));
      this.#lanes.add(lane);
    }
  }

  /** What has not had its turn gets none here: it is tried again, by whoever comes next. */
  letGo(): void {
    for (const { ready } of this.#queue.splice(0)) this.#recorder.take(ready.claim, unbegun);
    for (const tell of this.#emptied.splice(0)) tell();
  }

  /**
   * Resolves when all that was taken has had its turn, though the last of it may not be answered yet, and most of what was
   * answered is recorded: what is not would be in doubt, should this process die.
   */
  async emptied(): Promise<void> {
    if (this.#queue.length > 0) await new Promise<void>((resolve) => this.#emptied.push(resolve));
    await this.#recorder.caughtUp();
  }

  /** Resolves when all that was taken is answered and recorded. */
  async done(): Promise<void> {
    while (this.#lanes.size > 0) await Promise.all(this.#lanes);
    await this.#recorder.done();
  }

  async #lane(): Promise<void> {
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      if (this.#queue.length === 0) for (const tell of this.#emptied.splice(0)) tell();
      const { mail, claim, says } = next.ready;
      const { key, id: message } = claim.row;
      const way = wayOf(this.#kit, claim.brand)!;
      const send = () => way.send({ ...mail, key, message, ...(says ? { says } : {}) });
      const result = elapsed() < next.giveUpAt ? await inSpan(claim, way.name, send) : unbegun;
      point('message.answered');
      this.#recorder.take(claim, result);
    }
  }
}
