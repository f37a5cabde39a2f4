import { BeckonError, hmac, isUuid, sha256, type Ids, type Random } from '../base/index.ts';
import type { Store, Tx } from '../store/index.ts';
import { Entries } from './entry.ts';
import { errors } from './error.ts';
import { assertStrong, Passwords } from './password.ts';
import { isRole, lacks, mayManage, roles, type Asked, type Role } from './role.ts';
import { linkMs, type LinkKind } from './session.ts';
import { SignIn, type From } from './sign-in.ts';
import {
  changeMember,
  deleteMember,
  findLink,
  findMember,
  holdOwners,
  insertLink,
  insertMember,
  listMembers,
  takeLink,
  type MemberRow,
} from './table.ts';

/** Somebody who may work here, for showing. */
export interface Member {
  id: string;
  email: string;
  name: string;
  role: Role;
  /** The invitation was not taken yet. */
  invited: boolean;
  /** Signs in with an authenticator too. */
  codes: boolean;
  /** UTC ms. */
  createdAt: number;
  seenAt: number | null;
}

/** A member who is signed in. */
export interface SignedIn extends Member {
  /** An owner among several without an authenticator: nothing is allowed until there is one. */
  wantsCodes: boolean;
  /** What pages send along with each change. */
  proof: string;
}

/** Who may work here: members, their roles, how they sign in, and what was done. Times are real. */
export class Team {
  readonly entries: Entries;
  readonly #store: Store;
  readonly #ids: Ids;
  readonly #random: Random;
  readonly #secret: Uint8Array;
  readonly #now: () => number;
  readonly #passwords: Passwords;
  readonly #signIn: SignIn;
  #isSetUp = false;

  /** @param parts `now` is real time, UTC ms; `cost` that of a password, smaller in tests only */
  constructor(parts: { store: Store; ids: Ids; random: Random; secret: Uint8Array; now: () => number; cost?: number }) {
    const { store, ids, random, secret, now } = parts;
    [this.#store, this.#ids, this.#random, this.#secret, this.#now] = [store, ids, random, secret, now];
    this.entries = new Entries({ store, secret, now });
    this.#passwords = new Passwords(random, parts.cost);
    this.#signIn = new SignIn({ store, random, secret, now, passwords: this.#passwords, entries: this.entries });
  }

  /** Has somebody set a password? Until then the studio is for its own machine. Never goes back to no. */
  async isSetUp(): Promise<boolean> {
    this.#isSetUp ||= (await listMembers(this.#store)).some(({ password }) => password !== null);
    return this.#isSetUp;
  }

  /** The text of a link by which the first password may be set from anywhere, once, within a day. */
  async setupLink(): Promise<string> {
    return this.#store.inTransaction((tx) => this.#link(tx, 'setup', null));
  }

  /**
   * The first owner.
   *
   * @param how `local`: from the machine itself, where no link is needed
   * @returns the text of their session
   * @throws TEAM_SET_UP_ALREADY, TEAM_LINK_UNKNOWN, TEAM_PASSWORD_WEAK, TEAM_MEMBER_INVALID
   */
  async setUp(
    given: { email: string; name: string; password: string },
    how: { local: boolean; link?: string | undefined; from: From },
  ): Promise<string> {
    if (await this.isSetUp()) throw new BeckonError(errors.TEAM_SET_UP_ALREADY, 'A password was set already');
    const { email, name } = judged({ ...given, role: 'owner' });
    assertStrong(given.password, { email, name });
    const password = await this.#passwords.hash(given.password);
    const session = await this.#store.inTransaction(async (tx) => {
      // The row of the chain is held by `write`; whoever comes second sees the first one's owner.
      await this.entries.write({ who: email, what: 'set up the team', detail: { from: how.from.network } }, tx);
      if ((await listMembers(tx)).length > 0) throw new BeckonError(errors.TEAM_SET_UP_ALREADY, 'Somebody was faster');
      if (!how.local) await this.#take(tx, how.link ?? '', ['setup']);
      const id = this.#ids.next();
      await insertMember(tx, { id, email, name, role: 'owner', password, createdAt: this.#now() });
      return this.#signIn.begin(tx, id, how.from);
    });
    this.#isSetUp = true;
    return session;
  }

  async list(): Promise<Member[]> {
    return (await listMembers(this.#store)).map(shown);
  }

  /** @returns the member and the text of the link by which they choose a password */
  async invite(
    by: Member,
    given: { email: string; name: string; role: string },
  ): Promise<{ member: Member; link: string }> {
    const { email, name, role } = judged(given);
    if (!(await this.isSetUp())) throw new BeckonError(errors.TEAM_SET_UP_FIRST, 'There is no owner yet');
    assertManages(by, role);
    const id = this.#ids.next();
    return this.#store.inTransaction(async (tx) => {
      const isNew = await insertMember(tx, { id, email, name, role, password: null, createdAt: this.#now() });
      if (!isNew) throw new BeckonError(errors.TEAM_MEMBER_KNOWN, `${email} is a member already`);
      await this.entries.write({ who: by.email, what: 'invited', detail: { member: email, role } }, tx);
      const link = await this.#link(tx, 'invitation', id);
      return { member: shown((await findMember(tx, { id }))!), link };
    });
  }

  /**
   * A link by which a member chooses a new password; an invited one gets a new invitation. Their authenticator goes,
   * since who lost one often lost both.
   *
   * @param by null: whoever may run commands on the machine
   */
  async resetLink(by: Member | null, which: { id: string } | { email: string }): Promise<string> {
    return this.#store.inTransaction(async (tx) => {
      const member = await this.#held(tx, which);
      if (by) assertManages(by, member.role);
      const who = by?.email ?? 'the machine';
      await this.entries.write({ who, what: 'made a new password link', detail: { member: member.email } }, tx);
      return this.#link(tx, member.password === null ? 'invitation' : 'reset', member.id);
    });
  }

  /** Whose link it is, for showing before it is used. */
  async linkOf(text: string): Promise<{ kind: LinkKind; member: Member | null } | null> {
    const found = await findLink(this.#store, sha256(text), this.#now());
    if (!found) return null;
    const member = found.member === null ? undefined : await findMember(this.#store, { id: found.member });
    return { kind: found.kind, member: member ? shown(member) : null };
  }

  /**
   * A password chosen by a link. Older sessions end.
   *
   * @returns the text of a session
   * @throws TEAM_LINK_UNKNOWN, TEAM_PASSWORD_WEAK
   */
  async choosePassword(given: { link: string; password: string }, from: From): Promise<string> {
    const found = await this.linkOf(given.link);
    if (!found?.member) throw new BeckonError(errors.TEAM_LINK_UNKNOWN, 'The link is not known, was used, or is over');
    assertStrong(given.password, found.member);
    const password = await this.#passwords.hash(given.password);
    const { id, email } = found.member;
    return this.#store.inTransaction(async (tx) => {
      await this.#take(tx, given.link, ['invitation', 'reset']);
      const gone = found.kind === 'reset' ? { codes: null, codesStep: 0, spare: [] } : {};
      await changeMember(tx, id, { password, ...gone });
      await this.#signIn.endAll(tx, id);
      await this.entries.write({ who: email, what: 'chose a password', detail: { from: from.network } }, tx);
      return this.#signIn.begin(tx, id, from);
    });
  }

  /** @throws TEAM_MEMBER_UNKNOWN, TEAM_RIGHT_MISSING, TEAM_OWNER_NEEDED, TEAM_MEMBER_INVALID */
  async changeRole(by: Member, id: string, role: string): Promise<Member> {
    if (!isRole(role)) throw unknownRole(role);
    return this.#store.inTransaction(async (tx) => {
      const owners = await holdOwners(tx);
      const member = await this.#held(tx, { id });
      assertManages(by, member.role);
      assertManages(by, role);
      if (role !== 'owner') assertNotLast(owners, id);
      await changeMember(tx, id, { role });
      // What an open page was allowed to show ends with the role.
      await this.#signIn.endAll(tx, id);
      const detail = { member: member.email, was: member.role, role };
      await this.entries.write({ who: by.email, what: 'changed a role', detail }, tx);
      return shown({ ...member, role });
    });
  }

  /** @throws TEAM_MEMBER_UNKNOWN, TEAM_RIGHT_MISSING, TEAM_OWNER_NEEDED */
  async remove(by: Member, id: string): Promise<void> {
    await this.#store.inTransaction(async (tx) => {
      const owners = await holdOwners(tx);
      const member = await this.#held(tx, { id });
      assertManages(by, member.role);
      assertNotLast(owners, id);
      await deleteMember(tx, id);
      await this.entries.write({ who: by.email, what: 'removed a member', detail: { member: member.email } }, tx);
    });
  }

  /** @throws TEAM_SIGN_IN_REFUSED, TEAM_CODE_NEEDED, TEAM_TOO_MANY_TRIES */
  signIn(given: { email: string; password: string; code?: string | undefined }, from: From): Promise<string> {
    return this.#signIn.signIn(given, from);
  }

  /** Who comes from another service, by the address it has verified. @throws TEAM_SIGN_IN_REFUSED */
  enter(email: string, service: string, from: From): Promise<string> {
    return this.#signIn.enter(email, service, from);
  }

  async signOut(session: string): Promise<void> {
    const found = await this.#signIn.who(session);
    await this.#signIn.end(session);
    if (found) await this.entries.write({ who: found.member.email, what: 'signed out', detail: {} });
  }

  /** Whose session it is; null when it is none, or over. */
  async who(session: string): Promise<SignedIn | null> {
    const found = await this.#signIn.who(session);
    if (!found) return null;
    const { member, members, service } = found;
    const wantsCodes = !service && member.role === 'owner' && members > 1 && member.codes === null;
    return { ...shown(member), wantsCodes, proof: hmac(this.#secret, `studio-proof:${session}`) };
  }

  /**
   * Lets pass what the member's role allows.
   *
   * @throws TEAM_CODES_WANTED, TEAM_RIGHT_MISSING
   */
  assertMay(member: SignedIn, asked: Asked): void {
    if (member.wantsCodes) {
      throw new BeckonError(errors.TEAM_CODES_WANTED, 'Owners of a team of several sign in with an authenticator too');
    }
    const lack = lacks(member.role, asked);
    if (lack === null) return;
    throw new BeckonError(errors.TEAM_RIGHT_MISSING, `The role "${member.role}" lacks ${lack}`);
  }

  /** A new password by who knows the old one. Their other sessions end. */
  async changePassword(member: Member, given: { session: string; old: string; password: string }): Promise<void> {
    await this.#assertPassword(member, given.old);
    assertStrong(given.password, member);
    const password = await this.#passwords.hash(given.password);
    await this.#store.inTransaction(async (tx) => {
      await changeMember(tx, member.id, { password });
      await this.#signIn.endAll(tx, member.id, given.session);
      await this.entries.write({ who: member.email, what: 'changed their password', detail: {} }, tx);
    });
  }

  /** A secret for an authenticator, for who shows their password again. */
  async offerCodes(member: Member, password: string): Promise<{ secret: string; address: string }> {
    return this.#signIn.offerCodes(await this.#assertPassword(member, password));
  }

  /** @returns spare codes, which stand nowhere else; other sessions end @throws TEAM_CODES_UNKNOWN */
  async confirmCodes(member: Member, given: { session: string; secret: string; code: string }): Promise<string[]> {
    return this.#store.inTransaction(async (tx) => {
      const spare = await this.#signIn.confirmCodes(tx, await this.#held(tx, { id: member.id }), given);
      await this.#signIn.endAll(tx, member.id, given.session);
      await this.entries.write({ who: member.email, what: 'set up an authenticator', detail: {} }, tx);
      return spare;
    });
  }

  /** Signs in without an authenticator from now on. */
  async dropCodes(member: Member, password: string): Promise<void> {
    await this.#assertPassword(member, password);
    await this.#store.inTransaction(async (tx) => {
      await changeMember(tx, member.id, { codes: null, codesStep: 0, spare: [] });
      await this.entries.write({ who: member.email, what: 'took their authenticator off', detail: {} }, tx);
    });
  }

  async #assertPassword(member: Member, password: string): Promise<MemberRow> {
    const kept = await findMember(this.#store, { id: member.id });
    if (kept && (await this.#passwords.matches(password, kept.password))) return kept;
    throw new BeckonError(errors.TEAM_SIGN_IN_REFUSED, 'The password is not yours', { where: 'password' });
  }

  async #held(tx: Tx, which: { id: string } | { email: string }): Promise<MemberRow> {
    const isKnowable = !('id' in which) || isUuid(which.id);
    const member = isKnowable ? await findMember(tx, which, true) : undefined;
    if (!member) throw new BeckonError(errors.TEAM_MEMBER_UNKNOWN, 'There is no such member');
    return member;
  }

  async #link(tx: Tx, kind: LinkKind, member: string | null): Promise<string> {
    const text = Buffer.from(this.#random.bytes(32)).toString('base64url');
    await insertLink(tx, { hash: sha256(text), kind, member, endsAt: this.#now() + linkMs[kind] });
    return text;
  }

  async #take(tx: Tx, link: string, kinds: readonly LinkKind[]): Promise<void> {
    const found = await findLink(tx, sha256(link), this.#now());
    const isFit = found !== undefined && kinds.includes(found.kind);
    if (isFit && (await takeLink(tx, sha256(link), this.#now()))) return;
    throw new BeckonError(errors.TEAM_LINK_UNKNOWN, 'The link is not known, was used, or is over');
  }
}

function shown(row: MemberRow): Member {
  const { id, email, name, role, createdAt, seenAt } = row;
  return {
    id,
    email,
    name,
    role,
    invited: row.password === null && row.seenAt === null,
    codes: row.codes !== null,
    createdAt,
    seenAt,
  };
}

function judged(given: { email: string; name: string; role: string }): { email: string; name: string; role: Role } {
  const [email, name] = [given.email.trim(), given.name.trim()];
  const refuse = (where: string, why: string) => {
    throw new BeckonError(errors.TEAM_MEMBER_INVALID, why, { where });
  };
  // Who gets no mail by it needs no more than this: an address is a name to sign in with.
  if (!/^[^\s@<>"\p{C}]{1,64}@[^\s@<>"\p{C}]{1,190}$/u.test(email)) refuse('email', 'That is no mail address');
  if (name === '' || name.length > 100 || /\p{C}/u.test(name)) refuse('name', 'A name has 1 to 100 letters');
  if (!isRole(given.role)) throw unknownRole(given.role);
  return { email, name, role: given.role };
}

function unknownRole(role: string): BeckonError {
  const why = `There is no role "${role.slice(0, 40)}"; there are ${roles.join(', ')}`;
  return new BeckonError(errors.TEAM_MEMBER_INVALID, why, { where: 'role' });
}

function assertManages(by: Member, role: Role): void {
  if (mayManage(by.role, role)) return;
  throw new BeckonError(errors.TEAM_RIGHT_MISSING, `The role "${by.role}" may not manage the role "${role}"`);
}

function assertNotLast(owners: readonly string[], id: string): void {
  if (owners.length > 1 || owners[0] !== id) return;
  throw new BeckonError(errors.TEAM_OWNER_NEEDED, 'This is the only owner');
}
