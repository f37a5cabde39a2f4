import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fakeHouse, type FakeHouse } from '../../test/support/house.ts';
import { edgeDevScript } from './edge-dev.ts';
import { fixedDoors } from './fixed-doors.ts';
import { studioPlaces } from './pages.ts';
import { buildServer } from './server.ts';
import { formFields } from './track.ts';

let root: string;
let house: FakeHouse;
let app: FastifyInstance;
const host = 'localhost:8080';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'beckon-pages-'));
  for (const folder of ['studio/assets', 'shop/asset', 'docs/error'])
    await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, 'secret.txt'), 'secret');
  await writeFile(join(root, 'alloy.min.js'), 'alloy');
  await writeFile(join(root, 'studio/index.html'), '<title>studio</title>');
  await writeFile(join(root, 'studio/assets/app-1.js'), 'app');
  await writeFile(join(root, 'studio/.hidden'), 'hidden');
  await writeFile(join(root, 'shop/index.html'), '<title>shop</title>');
  await writeFile(join(root, 'shop/server.js'), 'server');
  await writeFile(join(root, 'shop/asset/main.css'), 'css');
  await writeFile(join(root, 'docs/index.html'), 'docs');
  await writeFile(join(root, 'docs/api.html'), '<title><!--title--></title><main><!--body--></main>');
  await writeFile(join(root, 'docs/error/API_BUSY.html'), 'busy');
});
afterAll(() => rm(root, { recursive: true, force: true }));

beforeEach(async () => {
  const files = {
    studio: join(root, 'studio'),
    shop: join(root, 'shop'),
    docs: join(root, 'docs'),
    alloy: join(root, 'alloy.min.js'),
  };
  house = fakeHouse({ files });
  app = await buildServer(house);
});

const get = (url: string, headers: Record<string, string> = {}) =>
  app.inject({ method: 'GET', url, headers: { host, ...headers } });

describe('the studio', () => {
  it('opens on the machine itself with a session that only its own pages can use', async () => {
    const page = await get('/journeys/abandoned-cart');
    expect(page.body).toContain('studio');
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    const [cookie = ''] = [page.headers['set-cookie']].flat();
    expect(cookie).toMatch(/^beckon_session=v1\.[^;]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    const session = cookie.split(';')[0]!;
    const status = async (headers: Record<string, string>) =>
      (await get('/v1/overview', { cookie: session, ...headers })).statusCode;
    expect(await status({ 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(await status({ origin: 'http://localhost:8080' })).toBe(200);
    expect(await status({})).toBe(403);
    expect(await status({ 'sec-fetch-site': 'cross-site', origin: 'http://localhost:8080' })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'same-origin', host: 'evil.example' })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'same-origin', cookie: 'beckon_session=v1.9.x.y' })).toBe(401);
  });

  it('is closed to others, who get no session', async () => {
    const others: Record<string, string>[] = [{ host: 'evil.example' }, { 'x-forwarded-for': '203.0.113.7' }];
    for (const sent of others) {
      const page = await get('/', sent);
      expect([page.statusCode, page.headers['set-cookie']]).toEqual([403, undefined]);
    }
    const remote = await app.inject({ method: 'GET', url: '/', headers: { host }, remoteAddress: '192.0.2.1' });
    expect(remote.statusCode).toBe(403);
  });
});

describe('files', () => {
  it('of studio, shop and docs are served, the shop’s own addresses as its page', async () => {
    const bodies = await Promise.all(
      [
        '/assets/app-1.js',
        '/shop',
        '/shop/p/coat-1',
        '/shop/asset/main.css',
        '/docs',
        '/docs/error/API_BUSY',
        '/alloy.min.js',
      ].map(async (url) => (await get(url)).body),
    );
    expect(bodies).toEqual(['app', '<title>shop</title>', '<title>shop</title>', 'css', 'docs', 'busy', 'alloy']);
    expect((await get('/assets/app-1.js')).headers['cache-control']).toContain('immutable');
    expect((await get('/assets/app-1.js')).headers['x-content-type-options']).toBe('nosniff');
  });

  it('of the docs run no script but ours, as the reference of the API (trust §3.6)', async () => {
    for (const url of ['/docs', '/docs/error/API_BUSY', '/docs/api']) {
      const policy = String((await get(url)).headers['content-security-policy']);
      expect(policy, url).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    }
  });

  it('beside and below them are not', async () => {
    for (const url of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/.hidden',
      '/shop/server.js',
      '/shop/..%2f..%2fsecret.txt',
      '/assets/%00',
      '/%',
      '/docs/../secret.txt',
      '/nothing.js',
    ]) {
      const reply = await get(url, { accept: 'text/html' });
      expect([url, reply.statusCode >= 400 && reply.statusCode < 500, reply.body.includes('secret')]).toEqual([
        url,
        true,
        false,
      ]);
    }
    expect((await get('/nothing')).json()).toMatchObject({ code: 'API_NOT_FOUND' });
  });
});

describe('the development shim', () => {
  it('moves the edge’s own calls on loopback names and nothing else (edge-protocol §1.2)', () => {
    const calls: string[] = [];
    const page = {
      fetch: (address: string) => calls.push(address),
      location: { origin: 'http://localhost:8080' },
    };
    const navigator = { sendBeacon: (address: string) => calls.push(address) };
    runInNewContext(edgeDevScript, {
      window: page,
      navigator,
      document: { currentScript: { dataset: { target: 'http://localhost:9/' } } },
    });
    page.fetch('https://localhost/ee/or2/v1/interact?configId=demo&requestId=1');
    navigator.sendBeacon('https://edge.localhost/ee/v1/collect?configId=demo');
    page.fetch('https://localhost/eel/v1/interact');
    page.fetch('https://edge.shop.example/ee/v1/interact');
    page.fetch('/shop/api/items');
    expect(calls).toEqual([
      'http://localhost:9/ee/or2/v1/interact?configId=demo&requestId=1',
      'http://localhost:9/ee/v1/collect?configId=demo',
      'https://localhost/eel/v1/interact',
      'https://edge.shop.example/ee/v1/interact',
      '/shop/api/items',
    ]);
  });

  it('is served as a script', async () => {
    expect((await get('/edge-dev.js')).headers['content-type']).toContain('text/javascript');
  });
});

describe('the picture of a mail', () => {
  it('comes whatever its token is, and tells of an opening for a GET with a genuine one (journeys A9)', async () => {
    const good = await get('/p/good');
    expect([good.statusCode, good.headers['content-type'], good.headers['cache-control']]).toEqual([
      200,
      'image/gif',
      'no-store, private',
    ]);
    expect(house.received).toMatchObject([{ types: ['message.opened'], message: { by: expect.any(String) } }]);
    house.received.length = 0;
    await get('/p/good', { 'sec-purpose': 'prefetch' });
    expect(house.received, 'marked, not dropped').toMatchObject([{ bot: true, message: { by: 'prefetch' } }]);
    house.received.length = 0;
    await app.inject({ method: 'HEAD', url: '/p/good', headers: { host } });
    expect(house.received).toMatchObject([{ bot: true, message: { by: 'scanner' } }]);
    expect([(await get('/p/bad')).statusCode, house.received.length]).toEqual([200, 1]);
    house.events.receive = () => Promise.reject(new Error('no disk'));
    expect((await get('/p/good')).statusCode).toBe(200);
  });
});

describe('click links', () => {
  it('lead to the stored address, and what a machine did is kept and marked (trust §1.9, trust row 115)', async () => {
    const go = await get('/c/good');
    expect([go.statusCode, go.headers['location']]).toEqual([302, 'https://shop.example/cart?bk_click=click-1']);
    expect(house.received).toHaveLength(1);
    house.received.length = 0;
    const head = await app.inject({ method: 'HEAD', url: '/c/good', headers: { host } });
    expect(house.received).toMatchObject([{ bot: true, message: { by: 'scanner' } }]);
    house.received.length = 0;
    expect([head.statusCode, (await get('/c/good', { 'sec-purpose': 'prefetch' })).statusCode]).toEqual([302, 302]);
    expect(house.received).toMatchObject([{ bot: true, message: { by: 'prefetch' } }]);
  });

  it('lead nowhere when they are not ours, name an address, or hold a script (trust rows 88, 89)', async () => {
    for (const url of ['/c/bad', '/c/evil', '/c/bad?url=https://evil.example', '/c?url=https://evil.example']) {
      const reply = await get(url, { accept: 'text/html' });
      expect([reply.statusCode, reply.headers['location']]).toEqual([404, undefined]);
    }
  });

  it('lead on even when the click cannot be kept', async () => {
    house.events.receive = () => Promise.reject(new Error('no disk'));
    expect((await get('/c/good')).statusCode).toBe(302);
  });
});

describe('unsubscribe links', () => {
  const post = (token: string, payload: string, type = 'application/x-www-form-urlencoded') =>
    app.inject({ method: 'POST', url: `/u/${token}`, headers: { host, 'content-type': type }, payload });

  it('answers open-time addresses with a picture nobody keeps or the page, and plainly with 404 for a foreign token', async () => {
    const picture = await get('/l/good.png');
    expect([picture.statusCode, picture.headers['content-type']]).toEqual([200, 'image/png']);
    expect(picture.headers['cache-control']).toContain('no-store');
    const page = await get('/l/good?bk_click=c1');
    expect([page.statusCode, page.headers['location']]).toEqual([302, 'https://shop.example/p/coat?bk_click=c1']);
    for (const url of ['/l/bad', '/l/bad.png', `/l/${'x'.repeat(590)}.png`]) {
      const reply = await get(url);
      expect([reply.statusCode, reply.body, reply.headers['content-type']]).toEqual([
        404,
        'Not found',
        'text/plain; charset=utf-8',
      ]);
    }
    expect((await get('/l/busy.png')).statusCode).toBe(503);
    expect(house.received).toEqual([]);
  });

  it('shows a mail in the browser, with no script, no cookie and no address of its own to others', async () => {
    const page = await get('/m/good');
    expect([page.statusCode, page.body]).toEqual([200, '<p>the mail</p>']);
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'.*sandbox/);
    expect(page.headers).toMatchObject({ 'cache-control': 'no-store, private', 'referrer-policy': 'no-referrer' });
    expect(page.headers['set-cookie']).toBeUndefined();
    expect((await get('/m/gone')).statusCode).toBe(410);
    expect((await get('/m/bad')).statusCode).toBe(404);
  });

  it('only ask on GET and HEAD (trust.md §1.2)', async () => {
    const page = await get('/u/good');
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('a…@example.com');
    expect(page.body.match(/<button/g)).toHaveLength(1);
    await app.inject({ method: 'HEAD', url: '/u/good', headers: { host } });
    expect(house.unsubscribed).toEqual([]);
    expect((await get('/u/bad')).statusCode).toBe(404);
  });

  it('end the mails by one click, in either form, without cookies, redirect or words (trust row 10)', async () => {
    const multipart = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n';
    for (const reply of [
      await post('good', 'List-Unsubscribe=One-Click'),
      await post('good', multipart, 'multipart/form-data; boundary=b'),
    ]) {
      expect([reply.statusCode, reply.body, reply.headers['set-cookie']]).toEqual([200, '', undefined]);
    }
    expect(house.unsubscribed).toEqual(['good', 'good']);
    expect([(await post('bad', 'List-Unsubscribe=One-Click')).statusCode, house.unsubscribed.length]).toEqual([200, 2]);
  });

  it('end them by the button on the page, and by nothing else', async () => {
    expect((await post('good', 'x=y')).statusCode).toBe(400);
    expect(house.unsubscribed).toEqual([]);
    expect((await post('good', 'confirm=yes')).body).toContain('You are unsubscribed');
    expect(house.unsubscribed).toEqual(['good']);
    expect((await post('bad', 'confirm=yes')).statusCode).toBe(404);
  });

  it('read fields with parts in any order', () => {
    const body =
      '--x\r\nContent-Type: text/plain\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--x\r\nContent-Disposition: form-data; name="b"\r\n\r\n2\r\n--x--';
    expect(formFields(body)).toEqual(
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    );
  });
});

describe('the fixed doors', () => {
  it('all answer as the OpenAPI document says they do', async () => {
    for (const [path, doors] of Object.entries(fixedDoors)) {
      for (const [method, { responses }] of Object.entries(doors)) {
        const answer = await app.inject({
          method: method.toUpperCase() as 'GET',
          url: path.replace('{token}', 'v1.nonsense'),
          headers: { host, ...(method === 'post' ? { 'content-type': 'text/plain' } : {}) },
          ...(method === 'post' ? { payload: '{}' } : {}),
        });
        expect(Object.keys(responses), `${method} ${path}`).toContain(String(answer.statusCode));
      }
    }
  });
});

it('each address of the studio can be opened and loaded again', () => {
  const file = readFileSync(new URL('../../studio/route.tsx', import.meta.url), 'utf8');
  const routes = [...file.matchAll(/(?: {2}path: |mailThing\(\s*)'\/([a-z-]+)/g)].map(([, name]) => name!);
  expect(routes.length).toBeGreaterThan(20);
  expect([...new Set(routes)].filter((name) => !studioPlaces.includes(name))).toEqual([]);
});

describe('the reference of the API', () => {
  it('names every door of the document, and each leads to its own place', async () => {
    const { paths } = (await app.inject('/openapi.json')).json<{ paths: Record<string, Record<string, object>> }>();
    const index = await get('/docs/api');
    expect(index.headers['content-type']).toContain('text/html');
    const links = [...index.body.matchAll(/href="(\/docs\/api\/[^"#]+)#([^"]+)"/g)];
    expect(links).toHaveLength(Object.values(paths).flatMap((methods) => Object.keys(methods)).length);
    for (const address of new Set(links.map(([, address]) => address!))) {
      const page = await get(address);
      expect(page.statusCode, address).toBe(200);
      const places = links.filter(([, to]) => to === address).map(([, , place]) => `id="${place}"`);
      expect(places.filter((place) => !page.body.includes(place))).toEqual([]);
      expect(new Set(places).size, `${address} has each place once`).toBe(places.length);
    }
  });

  it('shows the scope, the fields and which of them must be there', async () => {
    const { body } = await get('/docs/api/recommendations');
    expect(body).toContain('Scope <code>recommend</code>; changes nothing');
    expect(body).toMatch(/<code>criterion<\/code> <i>text, 1 to 128 signs<\/i> <b>required<\/b>/);
    expect(body).toContain('<code>&quot;fill&quot;</code> or <code>&quot;empty&quot;</code>');
    expect(body).toContain('<title>API: recommendations</title>');
  });

  it('has no page for a group that is not there', async () => {
    expect((await get('/docs/api/nothing')).statusCode).toBe(404);
  });
});
