import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { fakeHouse, type FakeHouse } from '../../test/support/house.ts';
import { FakeSignInService } from '../../test/support/sign-in-service.ts';
import { SystemClock } from '../base/index.ts';
import { migrations, SignInService, Team } from '../team/index.ts';
import { buildServer } from './server.ts';

let house: FakeHouse;
let app: FastifyInstance;
let provider: FakeSignInService;

beforeEach(async () => {
  house = fakeHouse();
  const clock = new SystemClock();
  const store = await freshStore(migrations);
  const { ids, random, settings } = house;
  house.team = new Team({ store, ids, random, secret: settings.secret, now: () => clock.real(), cost: 4 });
  provider = await FakeSignInService.start(() => clock.real());
  const client = { issuer: provider.issuer, clientId: 'beckon', clientSecret: 's@cret' };
  const back = `${settings.publicUrl}/v1/session/service/back`;
  house.service = new SignInService(client, { random, back });
  app = await buildServer(house);
  const from = { address: '127.0.0.1', network: null, agent: '' };
  const given = { email: 'ada@shop.example', name: 'Ada', password: 'seven tall ships at dusk' };
  await house.team.setUp(given, { local: true, from });
});

afterEach(() => provider.stop());

/** The cookies an answer sets, as a browser sends them back. */
function cookiesOf(answer: { headers: Record<string, unknown> }): string {
  const set = answer.headers['set-cookie'];
  return [set]
    .flat()
    .map((one) => String(one).split(';', 1)[0]!)
    .join('; ');
}

/** There and back. @returns where the browser ends up, and the session it then has */
async function walk(change: { cookie?: string; back?: (url: string) => string } = {}) {
  const there = await app.inject({ url: '/v1/session/service' });
  const back = (change.back ?? ((url) => url))(provider.signIn(String(there.headers.location)));
  const { pathname, search } = new URL(back);
  const cookie = change.cookie ?? cookiesOf(there);
  const answer = await app.inject({ url: `${pathname}${search}`, headers: { cookie } });
  const session = /beckon_session=([\w-]{43})/.exec(cookiesOf(answer))?.[1];
  return { to: answer.headers.location, who: session ? await house.team.who(session) : null };
}

describe('signing in by another service (OpenID Connect, code flow with PKCE)', () => {
  it('lets in the member whose verified address it is, invited or with a password, without a code of ours', async () => {
    expect(await walk()).toMatchObject({ to: '/', who: { name: 'Ada' } });
    const [ada] = await house.team.list();
    await house.team.invite(ada!, { email: 'Bo@shop.example', name: 'Bo', role: 'viewer' });
    provider.claims = { email: 'bo@shop.example', email_verified: true };
    expect(await walk()).toMatchObject({ to: '/', who: { name: 'Bo', invited: false } });
    provider.claims = { email: 'ada@shop.example', email_verified: true };
    // An owner of a team of several, who would need an authenticator with a password.
    expect(await walk()).toMatchObject({ who: { name: 'Ada', wantsCodes: false } });
    const [last] = await house.team.entries.list({ before: null, limit: 1, search: '' });
    expect(last).toMatchObject({ who: 'ada@shop.example', what: 'signed in', detail: { service: expect.any(String) } });
  });

  it.each<[string, () => void]>([
    [
      'an address that nobody was invited by',
      () => (provider.claims = { email: 'eve@x.example', email_verified: true }),
    ],
    ['an address that is not verified', () => (provider.claims = { email: 'ada@shop.example', email_verified: false })],
    ['no address', () => (provider.claims = {})],
    ['a token of another request', () => (provider.claims = { ...provider.claims, nonce: 'another' })],
    ['a token for another client', () => (provider.claims = { ...provider.claims, aud: 'x' })],
    ['a token signed with a key of its own', () => (provider.forged = true)],
  ])('refuses %s', async (_what, arrange) => {
    arrange();
    const found = await walk();
    expect(found.to).toMatch(/^\/\?refused=TEAM_/);
    expect(found.who).toBeNull();
  });

  it('refuses a way back that was not begun in this browser, or with another state', async () => {
    expect(await walk({ cookie: 'beckon_service=v1.x.y' })).toMatchObject({
      who: null,
      to: expect.stringContaining('REFUSED'),
    });
    const other = cookiesOf(await app.inject({ url: '/v1/session/service' }));
    expect(await walk({ cookie: other })).toMatchObject({ who: null });
    expect(await walk({ back: (url) => url.replace(/state=[^&]*/, 'state=guessed') })).toMatchObject({ who: null });
    expect(await walk({ back: (url) => url.replace(/code=[^&]*/, 'error=access_denied') })).toMatchObject({
      who: null,
    });
  });

  it('says that the service is silent, and asks it again the next time', async () => {
    const gone = provider.issuer;
    provider.stop();
    const client = { issuer: gone, clientId: 'beckon', clientSecret: 's@cret' };
    house.service = new SignInService(client, {
      random: house.random,
      back: 'http://localhost:8080/v1/session/service/back',
    });
    app = await buildServer(house);
    const answer = await app.inject({ url: '/v1/session/service' });
    expect(answer.headers.location).toBe('/?refused=TEAM_SERVICE_SILENT');
    house.service = null;
    expect((await app.inject({ url: '/v1/session/service' })).statusCode).toBe(404);
  });
});
