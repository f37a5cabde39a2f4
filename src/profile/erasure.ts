import { hmac, point, sha256, shardOf, type Clock, type Ids, type Log } from '../base/index.ts';
import { identityKey, type VisitorSpan } from '../event/index.ts';
import type { Job, Jobs } from '../job/index.ts';
import type { Store, Tx } from '../store/index.ts';
import type { Profile } from './profile.ts';
import { claimantsOf } from './claim.ts';
import { visitorSpans } from './history.ts';
import { isPersonal } from './identify.ts';
import { familyOf } from './table-graph.ts';
import {
  deleteProfiles,
  erasureById,
  insertErasure,
  livingOf,
  markErased,
  profileRows,
  saveSteps,
  saveSubject,
  type ErasureRow,
} from './table-erasure.ts';

/** Who is to be forgotten, by every name a room may know them by. */
export interface Subject {
  profileIds: string[];
  /** As the log names them: `ecid:…`, `email:…`, `profile:…`. */
  visitors: string[];
  addresses: string[];
  /** Names and devices for as long as they were theirs; a device may be another's by now, or have been before. */
  spans: VisitorSpan[];
  /** Their names as browsers may claim them, and the devices of others that did. */
  claims: { names: string[]; devices: string[] };
}

/** A room that holds something of people. `forget` may be called again after a crash, and then changes nothing. */
export interface ForgettingRoom {
  name: string;
  forget(tx: Tx, subject: Subject, until: number): Promise<unknown>;
}

/** How a certificate names an identity, `namespace:id`, or a profile, `id:<profile id>`. */
export function erasureHash(secret: string | Uint8Array, name: string): string {
  return hmac(secret, `beckon erasure v1|${name}`);
}

/** Proof that somebody was forgotten; it names nobody. Times are UTC ms. */
export interface Certificate {
  id: string;
  state: 'waiting' | 'running' | 'done';
  requestedAt: number;
  doneAt: number | null;
  /** Keyed hashes of the profile ids and identities, by which the installation can show that it was this person. */
  subject: string[];
  /** What was done in which room, in order. */
  steps: { room: string; at: number }[];
}

export const erasureKind = 'profile.erase';

/**
 * Forgets people, durably: a request is a row and a job in one transaction; each room is a transaction of its own, noted
 * as done in it. Whoever dies between two rooms is taken over, and goes on with the next (trust.md §1.12).
 */
export class Erasures {
  readonly #parts: ErasureParts;

  constructor(parts: ErasureParts) {
    this.#parts = parts;
  }

  /** Asks for it; from the commit on it will be done. Throws nothing of its own. */
  async request(profile: Profile): Promise<Certificate> {
    const { store, clock, ids, jobs } = this.#parts;
    const id = ids.next();
    const row: ErasureRow = {
      id,
      shard: shardOf(profile.id),
      requestedAt: clock.now(),
      doneAt: null,
      subject: { profileIds: [profile.id], visitors: [], addresses: [], spans: [], claims: { names: [], devices: [] } },
      steps: [],
    };
    await store.inTransaction(async (tx) => {
      await insertErasure(tx, row);
      await jobs.enqueue(tx, [{ shard: row.shard, kind: erasureKind, key: id, due: row.requestedAt, payload: { id } }]);
    });
    return this.#certificate(row);
  }

  /** The certificate of a request; null when there is none of this id. */
  async certificate(id: string): Promise<Certificate | null> {
    const row = await erasureById(this.#parts.store, id);
    return row && this.#certificate(row);
  }

  /** Does what is due. @returns requests done */
  async work(limit = 4): Promise<number> {
    const { jobs, clock, log } = this.#parts;
    let done = 0;
    for (const job of await jobs.claim<{ id: string }>(erasureKind, limit)) {
      try {
        await this.#erase(job);
        done++;
      } catch (error) {
        log.error('profile.erase-failed', { error, erasure: job.payload.id });
        const waitMs = Math.min(3_600_000, 10_000 * 2 ** Math.min(job.attempt, 9));
        await jobs.retry(job, clock.now() + waitMs, String((error as Error).message));
      }
    }
    return done;
  }

  nextDue(): Promise<number | null> {
    return this.#parts.jobs.nextDue(erasureKind);
  }

  async #erase(job: Job<{ id: string }>): Promise<void> {
    const { store, jobs, clock } = this.#parts;
    await this.#parts.settle();
    const row = await erasureById(store, job.payload.id);
    if (!row || row.doneAt !== null) {
      await store.inTransaction((tx) => jobs.finish(tx, job));
      return;
    }
    const subject = await this.#widen(row);
    const steps = [...row.steps];
    for (const room of this.#rooms()) {
      if (steps.some((step) => step.room === room.name)) continue;
      await store.inTransaction(async (tx) => {
        // All that is there is theirs, also what came in before the clock was set back.
        const until = Math.max(clock.now(), (await this.#parts.newest(tx, subject.spans)) ?? 0);
        await room.forget(tx, subject, steps.find((step) => step.room === 'profile')?.at ?? until);
        steps.push({ room: room.name, at: until });
        await saveSteps(tx, row.id, steps);
      });
      point(`erase.${room.name}`);
    }
    await store.inTransaction(async (tx) => {
      if (await jobs.finish(tx, job)) await markErased(tx, row.id, { at: clock.now(), subject: this.#hashes(subject) });
    });
  }

  /** The profile goes before the events, so that nothing is folded into it again meanwhile. */
  #rooms(): ForgettingRoom[] {
    const own = {
      name: 'profile',
      forget: (tx: Tx, { profileIds, claims }: Subject) => deleteProfiles(tx, profileIds, claims.names),
    };
    return [...this.#parts.before, own, ...this.#parts.after];
  }

  /** Everybody the person is by now: merged since the request, or seen on another device. */
  async #widen(row: ErasureRow): Promise<Subject> {
    const { store } = this.#parts;
    const stored = row.subject as Omit<Subject, 'spans' | 'claims'> & Partial<Subject>;
    const known: Subject = { spans: [], claims: { names: [], devices: [] }, ...stored };
    const living = await livingOf(store, known.profileIds);
    const ids = new Set(known.profileIds);
    for (const id of living) for (const one of await familyOf(store, id)) ids.add(one);
    const [visitors, addresses] = [new Set(known.visitors), new Set(known.addresses)];
    const { identities, emails } = await profileRows(store, [...ids]);
    for (const identity of identities) visitors.add(identityKey(identity));
    for (const id of ids) visitors.add(`profile:${id}`);
    for (const identity of identities) if (identity.namespace === 'email') addresses.add(identity.id);
    for (const email of emails) addresses.add(email);
    const found = await visitorSpans(store, [...ids]);
    const spans = [...new Map([...known.spans, ...found].map((span) => [JSON.stringify(span), span])).values()];
    const claimed = new Set(known.claims.names);
    for (const identity of identities) if (isPersonal(identity)) claimed.add(identityKey(identity));
    for (const address of addresses) claimed.add(`email_lc_sha256:${sha256(address.toLowerCase())}`);
    const devices = new Set([...known.claims.devices, ...(await claimantsOf(store, [...claimed]))]);
    const claims = { names: [...claimed], devices: [...devices] };
    const subject = { profileIds: [...ids], visitors: [...visitors], addresses: [...addresses], spans, claims };
    await saveSubject(store, row.id, subject);
    return subject;
  }

  #hashes({ profileIds, visitors, spans }: Subject): string[] {
    const names = new Set([...visitors, ...spans.map(({ visitor }) => visitor)]);
    return [...profileIds.map((id) => `id:${id}`), ...names].map((name) => this.hashOf(name));
  }

  /** How a certificate names an identity, `namespace:id`, or a profile, `id:<profile id>`. */
  hashOf(name: string): string {
    return erasureHash(this.#parts.secret, name);
  }

  #certificate({ id, requestedAt, doneAt, subject, steps }: ErasureRow): Certificate {
    const state = doneAt !== null ? 'done' : steps.length > 0 ? 'running' : 'waiting';
    return { id, state, requestedAt, doneAt, subject: Array.isArray(subject) ? subject : [], steps };
  }
}

/** What erasing needs; `app.ts` fills in the other rooms. */
export interface ErasureParts {
  store: Store;
  clock: Clock;
  ids: Ids;
  log: Log;
  jobs: Jobs;
  /** The installation's secret: hashes hang on it. */
  secret: Uint8Array;
  /** Rooms that must let go before the profile does, in order. */
  before: readonly ForgettingRoom[];
  /** Rooms that come after it. */
  after: readonly ForgettingRoom[];
  /** Folds what was acknowledged, so that nothing of it comes up afterwards. */
  settle: () => Promise<void>;
  /** When the newest event of these visitors came in, UTC ms; null when there is none. */
  newest: (tx: Tx, spans: Subject['spans']) => Promise<number | null>;
}
