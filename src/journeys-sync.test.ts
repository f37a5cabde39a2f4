import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import { fakeHouse, readKey, secretKey } from '../test/support/house.ts';
import { buildServer } from './api/index.ts';
import { joinRooms, migrations, type Rooms } from './app.ts';
import { quietLog } from './base/index.ts';
import { recipes, type JourneyDefinition } from './journey/index.ts';
import { shopTheme } from './message/index.ts';
import { journeyDoor } from './journey-door.ts';
import { readJourneysFlags, syncJourneys } from './journeys-command.ts';
import { journeyFiles } from './journeys-files.ts';
import type { Ask } from './files-shop.ts';
import { checkMessages, readMessagesFlags, syncMessages } from './messages-command.ts';
import { messageFiles } from './messages-shelf.ts';
import { readSettings } from './settings.ts';
import { templateDoor } from './template-door.ts';

const url = 'http://beckon.test';
const [cart, back] = recipes() as [JourneyDefinition, JourneyDefinition];
let rooms: Rooms;
let app: FastifyInstance;
let folder: string;
let calls: string[];

beforeAll(async () => {
  const store = await freshStore(migrations);
  const settings = { ...readSettings([], {}), secret: 's'.repeat(40), databaseUrl: store.url };
  rooms = await joinRooms(settings, { store, log: quietLog });
  app = await buildServer({
    ...fakeHouse(),
    journeys: journeyDoor(rooms, async () => {}),
    templates: templateDoor(rooms),
  });
});
afterAll(() => rooms.transport.close());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'beckon-git-'));
  calls = [];
  for (const { key } of rooms.journeys.list()) await rooms.journeys.remove(key);
  return () => rmSync(folder, { recursive: true, force: true });
});

const ask: Ask = async (address, init) => {
  const { pathname, search } = new URL(address);
  calls.push(`${init.method} ${pathname}`);
  const answer = await app.inject({
    method: init.method as 'GET',
    url: `${pathname}${search}`,
    headers: init.headers as Record<string, string>,
    ...(typeof init.body === 'string' ? { payload: init.body } : {}),
  });
  return new Response(answer.body, { status: answer.statusCode });
};

async function run(words: string, env: Record<string, string> = { BECKON_KEY: secretKey }) {
  const said: string[] = [];
  const [what, ...flags] = words.split(' ');
  const command = readJourneysFlags([what!, folder, '--url', url, ...flags]);
  const files = await journeyFiles(command.paths);
  const code = await syncJourneys(command, files, { env, ask, say: (line) => said.push(line.replace(/ +/g, ' ')) });
  return [code, said];
}

const path = (key: string) => join(folder, `${key}.json`);
const fileOf = (key: string) => JSON.parse(readFileSync(path(key), 'utf8')) as JourneyDefinition;
const put = (definition: object) =>
  writeFileSync(path((definition as { key: string }).key), JSON.stringify(definition));
const changed = (name: string): JourneyDefinition => ({ ...cart, name });
const draft = (key: string) => rooms.journeys.get(key).draft;

describe('journeys in git', () => {
  it('pulls one file a journey, in the order people read it, and nothing twice (journeys §5 2)', async () => {
    await rooms.journeys.put(cart);
    await rooms.journeys.put(back);
    expect(await run('pull --dry-run')).toEqual([0, ['would pull abandoned-cart', 'would pull back-in-stock']]);
    expect(readdirSync(folder)).toEqual([]);
    expect(await run('pull')).toEqual([0, ['pulled abandoned-cart', 'pulled back-in-stock']]);
    expect(fileOf('abandoned-cart')).toEqual(cart);
    expect(Object.keys(fileOf('abandoned-cart')).slice(0, 4)).toEqual(['key', 'name', 'description', 'entry']);
    const before = readFileSync(path('abandoned-cart'), 'utf8');
    expect(await run('pull')).toEqual([0, ['same abandoned-cart', 'same back-in-stock']]);
    expect(readFileSync(path('abandoned-cart'), 'utf8')).toBe(before);
  });

  it('pushes as drafts, and again nothing', async () => {
    put(cart);
    expect(await run('push --dry-run')).toEqual([0, ['would push abandoned-cart']]);
    expect(rooms.journeys.list()).toEqual([]);
    expect(await run('push')).toEqual([0, ['pushed abandoned-cart']]);
    expect([draft('abandoned-cart'), rooms.journeys.get('abandoned-cart').status]).toEqual([cart, 'draft']);
    calls = [];
    expect(await run('push')).toEqual([0, ['same abandoned-cart']]);
    expect(calls).toEqual(['GET /v1/journeys', 'GET /v1/journeys/abandoned-cart']);
  });

  it('publishes where that is asked, once, and begins nothing again that somebody has paused', async () => {
    put(cart);
    expect(await run('push --publish')).toEqual([0, ['pushed abandoned-cart', 'published abandoned-cart: version 1']]);
    expect(await run('push --publish')).toEqual([0, ['live abandoned-cart: version 1']]);
    await rooms.lifecycle.pause('abandoned-cart');
    put(changed('Cart'));
    expect(await run('push --publish')).toEqual([
      1,
      [
        'pushed abandoned-cart',
        'not live abandoned-cart: it is paused, so the draft waits; --force publishes it all the same',
      ],
    ]);
    expect(rooms.journeys.get('abandoned-cart')).toMatchObject({ status: 'paused', version: 1 });
  });

  it('brings over what was changed on one side only', async () => {
    put(cart);
    await run('push');
    await rooms.journeys.put(changed('Changed in the studio'));
    expect(await run('push')).toEqual([3, ['changed there abandoned-cart: pull it first, or --force']]);
    expect(await run('diff')).toEqual([
      1,
      ['changed there abandoned-cart', ' name: "Changed in the studio" there, "Abandoned cart" here'],
    ]);
    expect(await run('pull')).toEqual([0, ['pulled abandoned-cart']]);
    expect(fileOf('abandoned-cart').name).toBe('Changed in the studio');
    put(changed('Changed here'));
    expect(await run('pull')).toEqual([0, ['changed here abandoned-cart']]);
    expect(await run('push')).toEqual([0, ['pushed abandoned-cart']]);
    expect(await run('diff')).toEqual([0, ['Nothing differs.']]);
  });

  it('touches nothing that was changed on both sides, until it is forced', async () => {
    put(cart);
    await run('push');
    await rooms.journeys.put(changed('There'));
    put(changed('Here'));
    expect(await run('push')).toEqual([3, ['conflict abandoned-cart: pull it first, or --force']]);
    expect(await run('pull')).toEqual([3, ['conflict abandoned-cart']]);
    expect([fileOf('abandoned-cart').name, draft('abandoned-cart').name]).toEqual(['Here', 'There']);
    expect(await run('push --force')).toEqual([0, ['pushed abandoned-cart']]);
    expect(draft('abandoned-cart').name).toBe('Here');
  });

  it('does not wipe out what comes in between reading and writing', async () => {
    put(cart);
    await run('push');
    put(changed('Here'));
    const between: Ask = async (address, init) => {
      if (init.method === 'PUT') await rooms.journeys.put(changed('Between'));
      return ask(address, init);
    };
    const said: string[] = [];
    const command = readJourneysFlags(['push', folder, '--url', url]);
    const hands = { env: { BECKON_KEY: secretKey }, ask: between, say: (line: string) => said.push(line) };
    expect(await syncJourneys(command, await journeyFiles([folder]), hands)).toBe(3);
    expect(said[0]).toContain('was changed meanwhile, so nothing was saved');
    expect(draft('abandoned-cart').name).toBe('Between');
  });

  it('loses nothing that lies on one side only, and keeps what is one’s own and the schema of a file', async () => {
    await rooms.journeys.put(back);
    put({ $schema: '../schema.json', ...cart, 'x-team': 'crm' });
    expect(await run('push')).toEqual([0, ['pushed abandoned-cart', 'only there back-in-stock']]);
    expect(draft('abandoned-cart')).toMatchObject({ 'x-team': 'crm' });
    expect(draft('abandoned-cart')).not.toHaveProperty('$schema');
    await rooms.journeys.put({ ...draft('abandoned-cart'), name: 'Other' });
    expect(await run('pull --only abandoned-cart')).toEqual([0, ['pulled abandoned-cart']]);
    expect(fileOf('abandoned-cart')).toMatchObject({ $schema: '../schema.json', name: 'Other', 'x-team': 'crm' });
    expect(existsSync(path('back-in-stock'))).toBe(false);
  });

  it('says of a refused journey what is wrong, and goes on with the others', async () => {
    put({ ...cart, start: 'wiat' });
    put(back);
    const [code, said] = await run('push');
    expect(code).toBe(1);
    expect(said).toEqual(['pushed back-in-stock', expect.stringContaining('did you mean "wait"?')]);
    expect(rooms.journeys.list().map(({ key }) => key)).toEqual(['back-in-stock']);
  });

  it('reads journeys in TypeScript as they export them, and never writes into one', async () => {
    const file = join(folder, 'abandoned-cart.journey.ts');
    writeFileSync(file, `export default ${JSON.stringify(cart)};`);
    expect(await run('push')).toEqual([0, ['pushed abandoned-cart']]);
    await rooms.journeys.put(changed('There'));
    expect((await run('pull'))[0]).toBe(3);
    expect(readFileSync(file, 'utf8')).toContain('"Abandoned cart"');
  });

  it('wants a key with the right to write, and a server that is Beckon', async () => {
    put(cart);
    await expect(run('push', {})).rejects.toThrow('BECKON_KEY is not set');
    await expect(run('push', { BECKON_KEY: readKey })).rejects.toMatchObject({ code: 'API_KEY_NOT_ENOUGH' });
    const command = readJourneysFlags(['diff', folder, `--url=${url}/`]);
    const files = await journeyFiles([folder]);
    const speak = (answer: () => Promise<Response>) =>
      syncJourneys(command, files, { env: { BECKON_KEY: secretKey }, ask: answer, say: () => {} });
    await expect(speak(async () => new Response('<html>'))).rejects.toMatchObject({ code: 'SHOP_UNREACHABLE' });
    const refused = Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } });
    await expect(speak(() => Promise.reject(refused))).rejects.toThrow(`${url} does not answer: ECONNREFUSED`);
    expect(() => readJourneysFlags(['pull', '--publish'])).toThrow('beckon journeys pull has no flag "--publish"');
  });
});

describe('messages in git', () => {
  const spring = {
    name: 'Spring',
    language: 'en',
    theme: 'spring',
    subject: 'Spring at {{shop.name}}',
    preheader: 'Light coats and what goes with them, in stock today.',
    blocks: [
      { kind: 'component', component: 'greeting', values: { words: 'It is getting warm' } },
      { kind: 'text', words: '**New** since Monday.' },
      { kind: 'footer' },
    ],
  };
  const inner = {
    name: 'Bold',
    parameters: [{ name: 'words', kind: 'text' }],
    blocks: [{ kind: 'text', words: '{{words}}' }],
  };
  const greeting = {
    name: 'Greeting',
    parameters: [{ name: 'words', kind: 'text' }],
    blocks: [{ kind: 'component', component: 'z-bold', values: { words: '{{words}}' } }],
  };
  const at = (key: string) => join(folder, `${key}.json`);
  const write = (key: string, document: object) => {
    mkdirSync(dirname(at(key)), { recursive: true });
    writeFileSync(at(key), JSON.stringify(document));
  };
  const readBack = (key: string) => JSON.parse(readFileSync(at(key), 'utf8')) as Record<string, unknown>;
  const theme = { ...shopTheme, name: 'Spring', radius: 3 };

  async function sync(words: string, { of = folder }: { of?: string } = {}) {
    const said: string[] = [];
    const [what, ...flags] = words.split(' ');
    const command = readMessagesFlags([what!, of, '--url', url, ...flags]);
    const hands = { env: { BECKON_KEY: secretKey }, ask, say: (line: string) => said.push(line.replace(/ +/g, ' ')) };
    const code = await syncMessages(command, messageFiles(command.paths), hands);
    return [code, said.filter((line) => /spring|greeting|bold|mend|differs/.test(line))];
  }

  function writeAll() {
    write('spring', spring);
    write('components/greeting', greeting);
    write('components/z-bold', inner);
    write('themes/spring', theme);
  }

  it('pushes what others need first, whatever it is called, and messages as drafts', async () => {
    writeAll();
    expect(await sync('push --dry-run')).toEqual([
      0,
      [
        'would push themes/spring',
        'would push components/greeting',
        'would push components/z-bold',
        'would push spring',
      ],
    ]);
    expect(await sync('push')).toEqual([
      0,
      ['pushed themes/spring', 'pushed components/z-bold', 'pushed components/greeting', 'pushed spring'],
    ]);
    const { templates } = rooms.messages;
    expect(await templates.get('spring')).toMatchObject({ body: spring, publishedAt: null });
    expect(await templates.themes.get('spring')).toEqual(theme);
    expect(await sync('push --publish')).toEqual([
      0,
      ['same themes/spring', 'same components/greeting', 'same components/z-bold', 'published spring: version 1'],
    ]);
    expect((await sync('push --publish'))[1]).toContain('live spring: version 1');
    // What came with Beckon lies there only, and that is a difference.
    expect(await sync('diff')).toEqual([1, []]);
    expect(await sync('diff --only spring --only themes/spring')).toEqual([0, ['Nothing differs.']]);
  });

  it('pulls messages, components and themes each into its folder, in the order people read them', async () => {
    writeAll();
    await sync('push');
    const other = join(folder, 'other');
    mkdirSync(other);
    expect((await sync('pull', { of: other }))[0]).toBe(0);
    expect(Object.keys(readBack('other/spring'))).toEqual([
      'name',
      'language',
      'theme',
      'subject',
      'preheader',
      'blocks',
    ]);
    expect([readBack('other/components/greeting'), readBack('other/themes/spring')]).toEqual([greeting, theme]);
    expect(readBack('other/components/product-card')).toHaveProperty('parameters');
    expect(readBack('other/themes/shop')).toEqual(shopTheme);
    expect(await sync('diff', { of: other })).toEqual([0, ['Nothing differs.']]);
  });

  it('wipes out nobody’s work: what both sides have changed is left alone, also when it comes in between', async () => {
    writeAll();
    await sync('push');
    const { templates } = rooms.messages;
    const { themes, components } = templates;
    await themes.put('spring', { ...theme, radius: 9 });
    await components.put('greeting', { ...greeting, name: 'There' });
    await templates.put('spring', { ...spring, name: 'There' });
    write('themes/spring', { ...theme, radius: 5 });
    write('components/greeting', { ...greeting, name: 'Here' });
    write('spring', { ...spring, name: 'Here' });
    const [code, said] = await sync('push');
    expect([code, (said as string[]).filter((line) => line.startsWith('conflict'))]).toEqual([
      3,
      ['themes/spring', 'components/greeting', 'spring'].map((key) => `conflict ${key}: pull it first, or --force`),
    ]);
    expect((await themes.get('spring')).radius).toBe(9);
    for (const path of ['/v1/themes/spring', '/v1/components/greeting', '/v1/templates/spring']) {
      const answer = await ask(`${url}${path}?revision=none`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(path.includes('themes') ? theme : path.includes('components') ? greeting : spring),
      });
      expect([path, answer.status, await answer.json()]).toMatchObject([
        path,
        409,
        { code: 'MESSAGE_TEMPLATE_CHANGED' },
      ]);
    }
    expect((await sync('push --force'))[0]).toBe(0);
    expect((await themes.get('spring')).radius).toBe(5);
  });

  it('checks files without a server: each with the components and themes that lie beside it', async () => {
    writeAll();
    const said: string[] = [];
    const check = () => checkMessages(messageFiles([folder]), { now: 0, say: (line) => said.push(line) });
    expect([await check(), said]).toEqual([0, expect.arrayContaining([`ok    ${at('spring')}`])]);
    write('spring', { ...spring, blocks: [{ kind: 'text', words: '{{profile.firstNam' }, { kind: 'footer' }] });
    write('components/greeting', { ...greeting, blocks: [{ kind: 'txt' }] });
    write('themes/spring', { ...theme, radius: -1 });
    said.length = 0;
    expect(await check()).toBe(1);
    expect(said.filter((line) => line.startsWith('FAIL'))).toHaveLength(3);
    expect(said.join('\n')).toContain('did you mean "text"?');
  });
});
