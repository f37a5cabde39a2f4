import { BeckonError, seal, sha256, unseal, type Random } from '../base/index.ts';
import type { Store, Tx } from '../store/index.ts';
import { codeAddress, codeSecret, codeStep, spareCodes, spareHash } from './code.ts';
import type { Entries } from './entry.ts';
import { errors } from './error.ts';
import type { Passwords } from './password.ts';
import { forgetMs, idleMs, isOver, noteMs, tryLimits, waitAfter, wholeMs } from './session.ts';
import {
  changeMember,
  countTry,
  deleteOver,
  deleteSessions,
  emailKey,
  findMember,
  findSession,
  forgetTries,
  holdTries,
  insertSession,
  touchSession,
  type MemberRow,
} from './table.ts';

/** What signing in stands on. Times are real: nobody's session ends because a demo's clock was moved. */
export interface SignInParts {
  store: Store;
  random: Random;
  /** The installation's. */
  secret: Uint8Array;
  /** UTC ms. */
  now: () => number;
  passwords: Passwords;
  entries: Entries;
}

/** Whence somebody comes, for throttling and the audit log. */
export interface From {
  address: string;
  /** The same without what tells one subscriber from another; null when it is none. This one is written down. */
  network: string | null;
  /** The browser, as it names itself. */
  agent: string;
}

/** Sessions: made by password and code, 256 random bits of which only the hash is kept. */
export class SignIn {
  readonly #parts: SignInParts;
  #tidiedAt = -Infinity;

  constructor(parts: SignInParts) {
    this.#parts = parts;
  }

  /**
   * A session for who knows the password and, where one is set up, has the authenticator.
   *
   * @throws TEAM_SIGN_IN_REFUSED, TEAM_CODE_NEEDED, TEAM_TOO_MANY_TRIES
   */
  async signIn(given: { email: string; password: string; code?: string | undefined }, from: From): Promise<string> {
    const { store, passwords, entries } = this.#parts;
    const keys = tryKeys(given.email, from.address);
    await this.#tidy();
    await store.inTransaction((tx) => this.#try(tx, keys));
    const member = await findMember(store, { email: given.email });
    const isRight = await passwords.matches(given.password, member?.password ?? null);
    if (!member || !isRight) {
      await entries.write({ who: 'nobody', what: 'sign-in refused', detail: { from: from.network } });
      throw new BeckonError(errors.TEAM_SIGN_IN_REFUSED, 'Address and password do not fit');
    }
    if (member.codes !== null && (given.code ?? '') === '') {
      // Half of the proof is right: the next try is the same person's.
      await forgetTries(store, [keys.pair]);
      throw new BeckonError(errors.TEAM_CODE_NEEDED, 'This account also asks for a code');
    }
    return store.inTransaction(async (tx) => {
      await this.#assertCode(tx, member, given.code ?? '');
      await forgetTries(tx, [keys.pair, keys.account]);
      await entries.write({ who: member.email, what: 'signed in', detail: { from: from.network } }, tx);
      return this.begin(tx, member.id, from);
    });
  }

  /**
   * A session for whom another service has signed in. What that asks for is its own affair: no code is asked here.
   *
   * @throws TEAM_SIGN_IN_REFUSED
   */
  async enter(email: string, service: string, from: From): Promise<string> {
    return this.#parts.store.inTransaction(async (tx) => {
      const member = await findMember(tx, { email });
      const detail = { from: from.network, service };
      if (!member) throw new BeckonError(errors.TEAM_SIGN_IN_REFUSED, 'Nobody of this address was invited');
      await this.#parts.entries.write({ who: member.email, what: 'signed in', detail }, tx);
      return this.begin(tx, member.id, from, true);
    });
  }

  /** A new session of a member. @returns its text, which stands nowhere else */
  async begin(tx: Tx, member: string, from: From, service = false): Promise<string> {
    const text = Buffer.from(this.#parts.random.bytes(32)).toString('base64url');
    const agent = from.agent.slice(0, 200);
    await insertSession(tx, { hash: sha256(text), member, at: this.#parts.now(), agent, service });
    return text;
  }

  /** Whose session it is; null when it is none, or over. */
  async who(session: string): Promise<{ member: MemberRow; members: number; service: boolean } | null> {
    const { store, now } = this.#parts;
    if (!/^[\w-]{43}$/.test(session)) return null;
    const hash = sha256(session);
    const found = await findSession(store, hash);
    if (!found || isOver(found, now())) return null;
    if (now() - found.seenAt >= noteMs) await touchSession(store, hash, now());
    return found;
  }

  end(session: string): Promise<void> {
    return deleteSessions(this.#parts.store, { hash: sha256(session) });
  }

  /** Ends all sessions of a member, but perhaps the one that asks. */
  endAll(tx: Tx, member: string, but?: string): Promise<void> {
    return deleteSessions(tx, { member, ...(but === undefined ? {} : { but: sha256(but) }) });
  }

  /** A secret for an authenticator; in force once `confirmCodes` was given a code of it. */
  offerCodes(member: MemberRow): { secret: string; address: string } {
    const secret = codeSecret(this.#parts.random);
    return { secret, address: codeAddress(secret, member.email) };
  }

  /** From now on a code is asked for. @returns spare codes, which stand nowhere else */
  async confirmCodes(tx: Tx, member: MemberRow, given: { secret: string; code: string }): Promise<string[]> {
    const { random, secret, now } = this.#parts;
    const isSecret = /^[A-Z2-7]{32}$/.test(given.secret);
    const step = isSecret ? codeStep(given.secret, given.code, { now: now(), after: 0 }) : null;
    if (step === null) {
      throw new BeckonError(errors.TEAM_CODES_UNKNOWN, 'The code does not belong to the secret, or is over');
    }
    const spare = spareCodes(random);
    const codes = seal(given.secret, { secret, place: placeOf(member), random });
    await changeMember(tx, member.id, { codes, codesStep: step, spare: spare.map(spareHash) });
    return spare;
  }

  /** Takes away what is over, once an hour at most. */
  async #tidy(): Promise<void> {
    const now = this.#parts.now();
    if (now - this.#tidiedAt < 3_600_000) return;
    this.#tidiedAt = now;
    await deleteOver(this.#parts.store, { seen: now - idleMs, begun: now - wholeMs, tried: now - forgetMs, now });
  }

  /** Counts a try before it is made, or refuses it; who try at the same moment come one after the other. */
  async #try(tx: Tx, keys: ReturnType<typeof tryKeys>): Promise<void> {
    const now = this.#parts.now();
    const tries = await holdTries(tx, Object.values(keys), now);
    const waits = (['pair', 'address', 'account'] as const).map((kind) => {
      const { failures, lastAt } = tries.get(keys[kind])!;
      return waitAfter(failures, now - lastAt, tryLimits[kind]);
    });
    const retryAfter = Math.max(...waits);
    if (retryAfter > 0) {
      throw new BeckonError(errors.TEAM_TOO_MANY_TRIES, `Too many tries; the next is in ${retryAfter} s`, {
        retryAfter,
      });
    }
    await countTry(tx, Object.values(keys), { now, forgottenBefore: now - forgetMs });
  }

  /** A code is taken once, also by two who send it at the same moment: the member's row is held. */
  async #assertCode(tx: Tx, { id }: MemberRow, code: string): Promise<void> {
    const member = await findMember(tx, { id }, true);
    if (member?.codes === null) return;
    const { secret, now } = this.#parts;
    const own = member ? unseal(member.codes!, { secret, place: placeOf(member) }) : null;
    const after = member?.codesStep ?? 0;
    const step = own === null ? null : codeStep(own, code.replace(/\s/g, ''), { now: now(), after });
    const hash = spareHash(code);
    if (step !== null) return changeMember(tx, id, { codesStep: step });
    if (member?.spare.includes(hash))
      return changeMember(tx, id, { spare: member.spare.filter((one) => one !== hash) });
    throw new BeckonError(errors.TEAM_SIGN_IN_REFUSED, 'The code does not fit, or was used');
  }
}

function placeOf({ id }: MemberRow): string {
  return `team_member:codes:${id}`;
}

/** Under which names tries are counted; hashed, so that the table holds nobody's mistyped address. */
function tryKeys(email: string, address: string): { pair: string; account: string; address: string } {
  const account = sha256(`account:${emailKey(email)}`);
  return { pair: sha256(`pair:${account}:${address}`), account, address: sha256(`address:${address}`) };
}
