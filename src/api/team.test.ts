import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { fakeHouse, type FakeHouse } from '../../test/support/house.ts';
import { lacks, migrations, Team, type Role } from '../team/index.ts';
import type { AuditView, InvitationView, MeView } from './contract-team.ts';
import { routesOf } from './guard.ts';
import { buildServer } from './server.ts';
import { makeSession, sessionHeader } from './session.ts';

const password = 'seven tall ships at dusk';
const own = { 'sec-fetch-site': 'same-origin' };

let house: FakeHouse;
let app: FastifyInstance;
beforeEach(async () => {
  house = fakeHouse();
  const store = await freshStore(migrations);
  const { ids, random, clock, settings } = house;
  house.team = new Team({ store, ids, random, secret: settings.secret, now: () => clock.real(), cost: 4 });
  app = await buildServer(house);
});

/** A browser: keeps its cookie, and sends the proof of its page. */
class Browser {
  cookie = '';
  proof: string | null = null;
  readonly #from: string;

  constructor(from = '127.0.0.1') {
    this.#from = from;
  }

  async ask(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: unknown, headers = {}) {
    const sent = {
      ...own,
      host: 'localhost:8080',
      ...(this.cookie === '' ? {} : { cookie: this.cookie }),
      ...(this.proof === null ? {} : { 'x-beckon-proof': this.proof }),
      ...headers,
    };
    const answer = await app.inject({
      method,
      url,
      remoteAddress: this.#from,
      headers: sent,
      ...(body === undefined ? {} : { payload: body as object }),
    });
    const set = answer.headers['set-cookie'];
    if (typeof set === 'string') this.cookie = set.split(';', 1)[0]!;
    return answer;
  }

  async me(): Promise<MeView> {
    const me = (await this.ask('GET', '/v1/me')).json<MeView>();
    this.proof = me.proof;
    return me;
  }
}

/** What the studio's page sets while it is open. */
function openCookie(): string {
  const session = makeSession(house.settings.secret, house.clock.real(), house.random.bytes(18));
  return sessionHeader(session, false).split(';', 1)[0]!;
}

async function owner(): Promise<Browser> {
  const browser = new Browser();
  const given = { email: 'ada@shop.example', name: 'Ada', password };
  const answer = await browser.ask('POST', '/v1/session/set-up', given);
  expect(answer.statusCode).toBe(200);
  await browser.me();
  return browser;
}

async function member(role: Role): Promise<Browser> {
  const [first] = await house.team.list();
  const { link } = await house.team.invite(first!, { email: `${role}@shop.example`, name: role, role });
  const browser = new Browser('203.0.113.9');
  expect((await browser.ask('POST', '/v1/session/link', { link })).json()).toMatchObject({ kind: 'invitation' });
  expect((await browser.ask('POST', '/v1/session/choose', { link, password })).statusCode).toBe(200);
  await browser.me();
  return browser;
}

describe('until somebody has set a password (design §7 "Settings")', () => {
  it('the machine itself is let in, and nobody else', async () => {
    const [here, there] = [new Browser(), new Browser('203.0.113.9')];
    here.cookie = openCookie();
    expect(await here.me()).toMatchObject({ state: 'open', rights: ['team', 'export', 'lift', 'publish'] });
    expect((await here.ask('GET', '/v1/overview')).statusCode).toBe(200);
    expect([(await there.ask('GET', '/')).statusCode, (await there.ask('GET', '/welcome')).statusCode]).toEqual([
      403, 503,
    ]);
    expect(await there.me()).toMatchObject({ state: 'closed', scopes: [] });
    there.cookie = here.cookie;
    expect((await there.ask('GET', '/v1/overview')).json()).toMatchObject({ code: 'API_STUDIO_CLOSED' });
    const given = { email: 'eve@shop.example', name: 'Eve', password };
    expect((await there.ask('POST', '/v1/session/set-up', given)).json()).toMatchObject({ code: 'TEAM_LINK_UNKNOWN' });
    const invited = await here.ask('POST', '/v1/members', { email: 'a@b.example', name: 'A', role: 'viewer' });
    expect(invited.json()).toMatchObject({ code: 'TEAM_SET_UP_FIRST' });
  });

  it('is set up from elsewhere by the printed link', async () => {
    const there = new Browser('203.0.113.9');
    const link = await house.team.setupLink();
    const given = { email: 'ada@shop.example', name: 'Ada', password, link };
    expect((await there.ask('POST', '/v1/session/set-up', given)).json()).toMatchObject({ state: 'signed-in' });
    expect((await there.ask('GET', '/v1/overview')).statusCode).toBe(200);
  });
});

describe('once there is one', () => {
  it('the machine itself signs in like everybody, and its older session is over', async () => {
    const before = new Browser();
    before.cookie = openCookie();
    await owner();
    expect((await before.ask('GET', '/v1/overview')).json()).toMatchObject({ code: 'API_KEY_UNKNOWN' });
    expect((await before.me()).state).toBe('signed-out');
    const signed = new Browser('198.51.100.4');
    await signed.ask('POST', '/v1/session', { email: 'ada@shop.example', password });
    expect((await signed.ask('GET', '/v1/overview')).statusCode).toBe(200);
    await signed.me();
    expect((await signed.ask('DELETE', '/v1/session')).json()).toEqual({ ended: true });
    expect((await signed.me()).state).toBe('signed-out');
  });

  it('a session is a cookie that no script reads and no other site sends, bound to the host over https', async () => {
    await owner();
    const given = { email: 'ada@shop.example', password };
    const set = async (headers: object) =>
      (await new Browser().ask('POST', '/v1/session', given, headers)).headers['set-cookie'];
    expect(await set({})).toMatch(/^beckon_session=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/);
    const proxied = { ...house, settings: { ...house.settings, trustProxy: true } };
    app = await buildServer(proxied);
    expect(await set({ 'x-forwarded-proto': 'https' })).toMatch(/^__Host-beckon_session=.*; Secure$/);
  });

  it('a change needs the proof that the page read, and a page of our own (trust row 99)', async () => {
    const browser = await owner();
    const body = { items: [] };
    const { proof } = browser;
    browser.proof = null;
    expect((await browser.ask('POST', '/v1/journeys/x/pause')).json()).toMatchObject({ code: 'API_PAGE_UNPROVEN' });
    browser.proof = `${proof!.slice(0, -1)}!`;
    expect((await browser.ask('POST', '/v1/items', body)).json()).toMatchObject({ code: 'API_PAGE_UNPROVEN' });
    browser.proof = proof;
    const foreign = await browser.ask('POST', '/v1/items', body, { 'sec-fetch-site': 'cross-site' });
    expect(foreign.json()).toMatchObject({ code: 'API_STUDIO_CLOSED' });
    const signIn = { email: 'ada@shop.example', password };
    const forced = await new Browser().ask('POST', '/v1/session', signIn, { 'sec-fetch-site': 'cross-site' });
    expect(forced.json()).toMatchObject({ code: 'API_STUDIO_CLOSED' });
  });

  it('answers 429 with Retry-After to who guesses (trust row 99)', async () => {
    await owner();
    const guess = () =>
      new Browser('203.0.113.9').ask('POST', '/v1/session', { email: 'ada@shop.example', password: 'x' });
    for (let i = 0; i < 5; i++) expect((await guess()).statusCode).toBe(401);
    const answer = await guess();
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '1']);
  });
});

describe('roles', () => {
  it('are given with an invitation whose link stands in the answer only', async () => {
    const by = await owner();
    const answer = await by.ask('POST', '/v1/members', { email: 'bo@shop.example', name: 'Bo', role: 'marketer' });
    const { url, member: bo } = answer.json<InvitationView>();
    expect([answer.statusCode, bo.invited]).toEqual([201, true]);
    expect(url).toMatch(/^http:\/\/localhost:8080\/welcome#[\w-]{43}$/);
    expect((await by.ask('GET', '/v1/members')).body).not.toContain(url.split('#')[1]);
    expect((await by.ask('PUT', `/v1/members/${bo.id}/role`, { role: 'viewer' })).json()).toMatchObject({
      role: 'viewer',
    });
    expect((await by.ask('POST', `/v1/members/${bo.id}/link`)).json()).toHaveProperty('url');
    expect((await by.ask('DELETE', `/v1/members/${bo.id}`)).json()).toEqual({ removed: true });
    expect((await by.ask('DELETE', `/v1/members/${bo.id}`)).json()).toMatchObject({ code: 'TEAM_MEMBER_UNKNOWN' });
  });

  it('are held on every route (trust.md §3.6, trust row 100)', async () => {
    await owner();
    const browsers = new Map<Role, Browser>();
    // Whoever sees numbers only, whoever only looks, and whoever administers the shop's parts: each lacks others' doors.
    for (const role of ['analyst', 'viewer', 'developer'] as const) browsers.set(role, await member(role));
    const guarded = routesOf(app).flatMap(({ url, method, config }) =>
      config?.asks && method !== 'HEAD'
        ? [method].flat().map((one) => ({ path: url, method: one as 'GET', asks: config.asks! }))
        : [],
    );
    expect(guarded.length).toBeGreaterThan(250);
    const wrong: string[] = [];
    for (const [role, browser] of browsers)
      for (const { path, method, asks } of guarded) {
        const url = path.replaceAll(/(?<!:):[a-z]+(\([^)]*\))?/gi, 'or2').replaceAll('::', ':');
        const answer = await browser.ask(method, url, method === 'GET' ? undefined : {});
        const isRefused = answer.statusCode === 403 && answer.body.includes(`The role \\"${role}\\" lacks`);
        const { scope, right } = asks;
        const reads = method === 'GET' || asks.looks === true;
        const may = scope === 'own' || lacks(role, { scope, reads, ...(right ? { right } : {}) }) === null;
        if (isRefused === may) wrong.push(`${role} ${method} ${path}`);
      }
    expect(wrong).toEqual([]);
  });

  it('let a marketer work, an analyst see numbers, and a viewer look', async () => {
    await owner();
    const marketer = await member('marketer');
    const analyst = await member('analyst');
    const viewer = await member('viewer');
    const code = async (browser: Browser, method: 'GET' | 'PUT' | 'POST', url: string) =>
      (await browser.ask(method, url, method === 'GET' ? undefined : {})).json<{ code?: string }>().code;
    const refused = 'TEAM_RIGHT_MISSING';
    expect(await code(analyst, 'GET', '/v1/people')).toBe(refused);
    expect(await code(analyst, 'GET', '/v1/overview')).toBeUndefined();
    expect(await code(viewer, 'GET', '/v1/people')).not.toBe(refused);
    expect(await code(viewer, 'PUT', '/v1/journeys/x')).toBe(refused);
    expect(await code(viewer, 'POST', '/v1/journeys/x/check')).not.toBe(refused);
    expect(await code(marketer, 'POST', '/v1/journeys/x/publish')).not.toBe(refused);
    expect(await code(marketer, 'PUT', '/v1/secrets/x')).toBe(refused);
    expect(await code(marketer, 'GET', '/v1/keys')).toBe(refused);
    expect(await code(viewer, 'GET', '/v1/suppressions.csv')).toBe(refused);
    // trust row 100: what was tried without the right stands in the log.
    const [last] = await house.team.entries.list({ before: null, limit: 1, search: '' });
    expect(last).toMatchObject({ who: 'viewer@shop.example', what: 'refused GET /v1/suppressions.csv' });
  });

  it('wait for an authenticator where an owner is one of several', async () => {
    const by = await owner();
    await member('viewer');
    expect(await by.me()).toMatchObject({ state: 'signed-in', wantsCodes: true });
    expect((await by.ask('GET', '/v1/overview')).json()).toMatchObject({ code: 'TEAM_CODES_WANTED' });
    expect((await by.ask('POST', '/v1/me/codes/offer', { password })).json()).toHaveProperty('secret');
  });
});

describe('the audit log', () => {
  it('has what members and administering keys did, and who looked at people, but not what they typed', async () => {
    const by = await owner();
    const key = { authorization: `Bearer ${house.settings.ownKey}` };
    await by.ask('GET', '/v1/people?q=somebody%40private.example');
    await by.ask('GET', '/v1/people?q=somebody%40private.example');
    await by.ask('GET', '/v1/overview');
    await by.ask('PUT', '/v1/audiences/vips', { rule: 'secret rule' });
    await by.ask('POST', '/v1/clock/advance', { by: 'PT1H' });
    await app.inject({ method: 'POST', url: '/v1/items', headers: key, payload: { items: [] } });
    const { entries } = (await by.ask('GET', '/v1/audit')).json<AuditView>();
    expect(entries.map(({ who, what }) => `${who} ${what}`).reverse()).toEqual([
      'ada@shop.example set up the team',
      'ada@shop.example GET /v1/people',
      'ada@shop.example POST /v1/clock/advance',
    ]);
    // Where from, but not from whose line (trust.md §1.12).
    expect(entries.at(-1)!.detail).toEqual({ from: '127.0.0.0/24' });
    expect(JSON.stringify(entries)).not.toMatch(/private|secret rule/);
    expect((await by.ask('GET', '/v1/audit/verdict')).json()).toMatchObject({ lines: 3, broken: null });
    expect((await by.ask('GET', '/v1/audit?limit=0')).json()).toMatchObject({ code: 'API_INPUT_INVALID' });
  });
});
