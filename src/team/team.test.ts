import { TOTP, Secret } from 'otpauth';
import { beforeEach, describe, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { FakeClock, SeededRandom, UuidIds } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { migrations, Team, type Role, type SignedIn } from './index.ts';

const from = { address: '203.0.113.7', network: '203.0.113.0/24', agent: 'Firefox' };
const strong = 'seven tall ships at dusk';
const startedAt = Date.UTC(2026, 10, 30, 9);

interface Parts {
  store: Store;
  clock: FakeClock;
  team: Team;
}

async function fresh(): Promise<Parts> {
  const store = await freshStore(migrations);
  const clock = new FakeClock(startedAt);
  const random = new SeededRandom(3);
  const parts = { store, random, ids: new UuidIds(clock, random), secret: new Uint8Array(32).fill(5) };
  return { store, clock, team: new Team({ ...parts, now: () => clock.now(), cost: 4 }) };
}

let parts: Parts;
beforeEach(async () => {
  parts = await fresh();
});

async function owner(): Promise<{ session: string; who: SignedIn }> {
  const given = { email: 'Ada@Shop.example', name: 'Ada', password: strong };
  const session = await parts.team.setUp(given, { local: true, from });
  return { session, who: (await parts.team.who(session))! };
}

async function member(role: Role, email = `${role}@shop.example`): Promise<{ session: string; who: SignedIn }> {
  const [first] = (await parts.team.list()).filter((one) => one.role === 'owner');
  const { link } = await parts.team.invite(first!, { email, name: role, role });
  const session = await parts.team.choosePassword({ link, password: strong }, from);
  return { session, who: (await parts.team.who(session))! };
}

const codeOf = (secret: string, at: number) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at });

describe('setting up', () => {
  it('makes one owner, from the machine itself or by a link that works once', async () => {
    const { team } = parts;
    const given = { email: 'ada@shop.example', name: 'Ada', password: strong };
    expect(await team.isSetUp()).toBe(false);
    await expect(team.setUp(given, { local: false, link: 'guessed', from })).rejects.toThrow(/not known/);
    expect(await team.list()).toEqual([]);
    const older = await team.setupLink();
    const link = await team.setupLink();
    await expect(team.setUp(given, { local: false, link: older, from })).rejects.toThrow(/not known/);
    const session = await team.setUp(given, { local: false, link, from });
    expect(await team.who(session)).toMatchObject({ email: 'ada@shop.example', role: 'owner', wantsCodes: false });
    await expect(team.setUp(given, { local: true, from })).rejects.toMatchObject({ code: 'TEAM_SET_UP_ALREADY' });
    expect(await team.isSetUp()).toBe(true);
  });

  it('has one owner too when two set it up at the same moment', async () => {
    const given = { email: 'ada@shop.example', name: 'Ada', password: strong };
    const other = { ...given, email: 'eve@shop.example' };
    const tried = await Promise.allSettled([given, other].map((one) => parts.team.setUp(one, { local: true, from })));
    expect(tried.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await parts.team.list()).toHaveLength(1);
  });

  it('refuses passwords that are guessed soon', async () => {
    const weak = ['short', 'aaaabbbbaaaabbbb', 'ada@shop.example1', 'Password1234!', 'x'.repeat(1100)];
    for (const password of weak) {
      const given = { email: 'ada@shop.example', name: 'Ada', password };
      await expect(parts.team.setUp(given, { local: true, from })).rejects.toMatchObject({
        code: 'TEAM_PASSWORD_WEAK',
      });
    }
  });
});

describe('signing in (trust.md §3.6, trust row 99)', () => {
  it('needs address and password, and says of neither which was wrong', async () => {
    await owner();
    const { team } = parts;
    const tries = [
      { email: 'ada@shop.example', password: 'wrong wrong wrong' },
      { email: 'nobody@shop.example', password: strong },
    ];
    const said = await Promise.all(tries.map((one) => team.signIn(one, from).catch((error: Error) => error.message)));
    expect(said[0]).toBe(said[1]);
    const session = await team.signIn({ email: ' ADA@shop.example ', password: strong }, from);
    expect(await team.who(session)).toMatchObject({ name: 'Ada' });
  });

  it('keeps no password, session, link, code or spare code as text', async () => {
    const { session, who } = await owner();
    const { link } = await parts.team.invite(who, { email: 'bo@shop.example', name: 'Bo', role: 'viewer' });
    const { secret } = await parts.team.offerCodes(who, strong);
    const code = codeOf(secret, parts.clock.now());
    const spare = await parts.team.confirmCodes(who, { session, secret, code });
    const names = ['member', 'session', 'link', 'try', 'entry'];
    const rows = await Promise.all(names.map((name) => parts.store.rows({ text: `select * from team_${name}` })));
    for (const text of [strong, session, link, secret, ...spare]) expect(JSON.stringify(rows)).not.toContain(text);
  });

  it('slows down who guesses, and lets nobody be locked out from elsewhere', async () => {
    await owner();
    const { team, clock } = parts;
    const guess = () => team.signIn({ email: 'ada@shop.example', password: 'guess guess guess' }, from);
    for (let i = 0; i < 5; i++) await expect(guess()).rejects.toMatchObject({ code: 'TEAM_SIGN_IN_REFUSED' });
    await expect(guess()).rejects.toMatchObject({ code: 'TEAM_TOO_MANY_TRIES', retryAfter: 1 });
    const right = { email: 'ada@shop.example', password: strong };
    await expect(team.signIn(right, from)).rejects.toMatchObject({ code: 'TEAM_TOO_MANY_TRIES' });
    await team.signIn(right, { ...from, address: '198.51.100.2' });
    clock.advance(1000);
    await expect(guess()).rejects.toMatchObject({ code: 'TEAM_SIGN_IN_REFUSED' });
    clock.advance(1000);
    await expect(guess()).rejects.toMatchObject({ retryAfter: 1 });
    clock.advance(86_400_000);
    await team.signIn(right, from);
    expect(await parts.store.rows({ text: 'select 1 from team_try' })).toHaveLength(1);
  });

  it('counts tries made at the same moment as many', async () => {
    await owner();
    const { team } = parts;
    const tries = Array.from({ length: 12 }, () => team.signIn({ email: 'ada@shop.example', password: 'guess' }, from));
    const said = await Promise.all(tries.map((one) => one.catch((error: { code: string }) => error.code)));
    expect(said.filter((code) => code === 'TEAM_SIGN_IN_REFUSED')).toHaveLength(5);
    const right = { email: 'ada@shop.example', password: strong };
    await expect(team.signIn(right, from)).rejects.toMatchObject({ code: 'TEAM_TOO_MANY_TRIES', retryAfter: 1 });
  });

  it('ends a session after 12 hours of silence, and after a week at the latest', async () => {
    const { session } = await owner();
    const { team, clock } = parts;
    clock.advance(11 * 3_600_000);
    expect(await team.who(session)).not.toBeNull();
    clock.advance(12 * 3_600_000);
    expect(await team.who(session)).toBeNull();
    const second = await team.signIn({ email: 'ada@shop.example', password: strong }, from);
    for (let hour = 0; hour < 7 * 24 - 2; hour += 6) {
      clock.advance(6 * 3_600_000);
      if (hour < 7 * 24 - 8) expect(await team.who(second)).not.toBeNull();
    }
    expect(await team.who(second)).toBeNull();
    await team.signIn({ email: 'ada@shop.example', password: strong }, from);
    expect(await parts.store.rows({ text: 'select 1 from team_session' })).toHaveLength(1);
  });

  it('ends at sign-out, and all others at a new password or role', async () => {
    const { session, who } = await owner();
    const { team } = parts;
    const second = await team.signIn({ email: who.email, password: strong }, from);
    await team.changePassword(who, { session: second, old: strong, password: 'eight small boats at dawn' });
    expect([await team.who(session), (await team.who(second))?.name]).toEqual([null, 'Ada']);
    await expect(team.signIn({ email: who.email, password: strong }, from)).rejects.toThrow();
    const bo = await member('marketer');
    await team.changeRole(who, bo.who.id, 'viewer');
    expect(await team.who(bo.session)).toBeNull();
    await team.signOut(second);
    expect([await team.who(second), await team.who('')]).toEqual([null, null]);
  });
});

describe('authenticators (RFC 6238)', () => {
  it('asks for a code once there is one, and takes each code once', async () => {
    const { session, who } = await owner();
    const { team, clock } = parts;
    await expect(team.offerCodes(who, 'not my password')).rejects.toMatchObject({ code: 'TEAM_SIGN_IN_REFUSED' });
    const { secret, address } = await team.offerCodes(who, strong);
    expect(address).toMatch(/^otpauth:\/\/totp\/Beckon:Ada%40Shop.example\?issuer=Beckon&secret=[A-Z2-7]{32}&/);
    await expect(team.confirmCodes(who, { session, secret, code: '000000' })).rejects.toThrow(/does not belong/);
    const spare = await team.confirmCodes(who, { session, secret, code: codeOf(secret, clock.now()) });
    expect(new Set(spare).size).toBe(8);
    const right = { email: who.email, password: strong };
    await expect(team.signIn(right, from)).rejects.toMatchObject({ code: 'TEAM_CODE_NEEDED' });
    const used = codeOf(secret, clock.now());
    await expect(team.signIn({ ...right, code: used }, from)).rejects.toThrow(/does not fit, or was used/);
    clock.advance(30_000);
    const code = codeOf(secret, clock.now());
    const both = await Promise.allSettled([1, 2].map(() => team.signIn({ ...right, code }, from)));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await team.signIn({ ...right, code: spare[2]!.toUpperCase() }, from);
    await expect(team.signIn({ ...right, code: spare[2]! }, from)).rejects.toThrow(/used/);
  });

  it('are needed by owners of a team of several before anything else', async () => {
    const { session, who } = await owner();
    await member('viewer');
    const now = (await parts.team.who(session))!;
    const asked = { scope: 'read', reads: true };
    expect(now.wantsCodes).toBe(true);
    expect(() => parts.team.assertMay(now, asked)).toThrow(/authenticator/);
    const { secret } = await parts.team.offerCodes(who, strong);
    await parts.team.confirmCodes(who, { session, secret, code: codeOf(secret, parts.clock.now()) });
    parts.team.assertMay((await parts.team.who(session))!, asked);
    await parts.team.dropCodes(who, strong);
    expect((await parts.team.who(session))!.wantsCodes).toBe(true);
  });
});

describe('members', () => {
  it('are invited by a link that works once and within a week', async () => {
    const { who } = await owner();
    const { team, clock } = parts;
    const given = { email: 'bo@shop.example', name: 'Bo', role: 'marketer' };
    const { member: bo, link } = await team.invite(who, given);
    expect([bo.invited, await team.linkOf(link)]).toMatchObject([true, { kind: 'invitation', member: { name: 'Bo' } }]);
    await expect(team.invite(who, { ...given, email: 'BO@shop.example' })).rejects.toMatchObject({
      code: 'TEAM_MEMBER_KNOWN',
    });
    await expect(team.choosePassword({ link, password: 'short' }, from)).rejects.toThrow(/characters/);
    await team.choosePassword({ link, password: strong }, from);
    await expect(team.choosePassword({ link, password: strong }, from)).rejects.toThrow(/used, or is over/);
    const { link: late, member: cy } = await team.invite(who, { ...given, email: 'cy@shop.example' });
    clock.advance(7 * 86_400_000);
    await expect(team.choosePassword({ link: late, password: strong }, from)).rejects.toThrow(/is over/);
    const again = await team.resetLink(who, { id: cy.id });
    expect(await team.linkOf(again)).toMatchObject({ kind: 'invitation' });
  });

  it('choose a new password by a link that ends their sessions and their authenticator', async () => {
    const { session, who } = await owner();
    const { team, clock } = parts;
    const { secret } = await team.offerCodes(who, strong);
    await team.confirmCodes(who, { session, secret, code: codeOf(secret, clock.now()) });
    const link = await team.resetLink(null, { email: 'ADA@shop.example' });
    const second = await team.choosePassword({ link, password: 'eight small boats at dawn' }, from);
    expect([await team.who(session), (await team.who(second))!.codes]).toEqual([null, false]);
    const stale = await team.resetLink(null, { email: who.email });
    clock.advance(3_600_000);
    await expect(team.choosePassword({ link: stale, password: strong }, from)).rejects.toThrow(/is over/);
    await expect(team.resetLink(null, { email: 'nobody@shop.example' })).rejects.toThrow(/no such member/);
  });

  it('are managed by owners and admins, owners by owners only, and one owner always stays', async () => {
    const { who: ada } = await owner();
    const { who: admin } = await member('admin');
    const { who: viewer } = await member('viewer');
    const { team } = parts;
    const lacking = { code: 'TEAM_RIGHT_MISSING' };
    await expect(team.invite(viewer, { email: 'x@shop.example', name: 'X', role: 'viewer' })).rejects.toMatchObject(
      lacking,
    );
    await expect(team.invite(admin, { email: 'x@shop.example', name: 'X', role: 'owner' })).rejects.toMatchObject(
      lacking,
    );
    await expect(team.changeRole(admin, viewer.id, 'owner')).rejects.toMatchObject(lacking);
    await expect(team.remove(admin, ada.id)).rejects.toMatchObject(lacking);
    await expect(team.resetLink(admin, { id: ada.id })).rejects.toMatchObject(lacking);
    await expect(team.remove(ada, ada.id)).rejects.toMatchObject({ code: 'TEAM_OWNER_NEEDED' });
    await expect(team.changeRole(ada, ada.id, 'viewer')).rejects.toMatchObject({ code: 'TEAM_OWNER_NEEDED' });
    await expect(team.changeRole(ada, viewer.id, 'king')).rejects.toThrow(/no role "king"/);
    await expect(team.remove(ada, 'no uuid')).rejects.toMatchObject({ code: 'TEAM_MEMBER_UNKNOWN' });
    await team.changeRole(admin, viewer.id, 'analyst');
    await team.changeRole(ada, admin.id, 'owner');
    const left = await Promise.allSettled([team.remove(ada, ada.id), team.remove(ada, admin.id)]);
    expect(left.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await team.list()).filter(({ role }) => role === 'owner')).toHaveLength(1);
  });

  it('have names and addresses that carry nothing else', async () => {
    const { who } = await owner();
    for (const email of ['no address', 'a@b\nc', '<a@b.example>', `${'a'.repeat(65)}@b.example`]) {
      const given = { email, name: 'X', role: 'viewer' };
      await expect(parts.team.invite(who, given)).rejects.toMatchObject({ code: 'TEAM_MEMBER_INVALID' });
    }
    const given = { email: 'x@shop.example', name: 'X\u202eevil', role: 'viewer' };
    await expect(parts.team.invite(who, given)).rejects.toMatchObject({ where: 'name' });
  });
});

describe('the audit log (trust row 102)', () => {
  it('tells who did what, in one chain that shows every change', async () => {
    const { who } = await owner();
    await member('viewer');
    await parts.team.signIn({ email: 'x', password: 'y' }, from).catch(() => {});
    const { entries } = parts.team;
    const all = await entries.list({ before: null, limit: 10, search: '' });
    expect(all.map(({ no, who: one, what }) => [no, one, what]).reverse()).toEqual([
      [1, who.email, 'set up the team'],
      [2, who.email, 'invited'],
      [3, 'viewer@shop.example', 'chose a password'],
      [4, 'nobody', 'sign-in refused'],
    ]);
    expect(await entries.list({ before: null, limit: 10, search: 'VIEWER' })).toHaveLength(2);
    expect(await entries.list({ before: 3, limit: 1, search: '' })).toMatchObject([{ no: 2 }]);
    expect(await entries.verify()).toMatchObject({ lines: 4, broken: null });
  });

  it.each([
    ['a changed line', `update team_entry set who = 'somebody@else.example' where no = 2`, 2],
    ['a changed detail', `update team_entry set detail = '{"role": "owner"}' where no = 2`, 2],
    ['a changed time', `update team_entry set at = at + interval '1 second' where no = 3`, 3],
    ['a line taken out', 'delete from team_entry where no = 2', 2],
    ['lines that changed places', 'update team_entry set no = 5 - no where no in (2, 3)', 2],
    ['the last line taken away', 'delete from team_entry where no = 3', 3],
    ['a line hashed without the secret', `update team_entry set what = 'x', hash = 'y' where no = 3`, 3],
  ])('finds %s', async (_what, sql, broken) => {
    await owner();
    await member('viewer');
    await parts.store.run({ text: sql.replace('update team_entry set no = 5 - no', 'update team_entry set no = -no') });
    if (sql.includes('5 - no')) await parts.store.run({ text: 'update team_entry set no = 5 + no where no < 0' });
    expect(await parts.team.entries.verify()).toMatchObject({ lines: 3, broken });
  });

  it('stays one chain when many write at once', async () => {
    const { entries } = parts.team;
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => entries.write({ who: 'key a', what: 'did', detail: { i } })),
    );
    expect(await entries.verify()).toMatchObject({ lines: 20, broken: null });
  });
});
