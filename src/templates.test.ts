import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simpleParser } from 'mailparser';
import { freshStore } from '../test/support/database.ts';
import { joinRooms, migrations, type Rooms } from './app.ts';
import type {
  Block,
  ComponentPreview,
  ComponentVersions,
  ComponentView,
  TemplateCheck,
  TemplateDifference,
  TemplateDocument,
  TemplatePreview,
  TemplateProof,
  TemplateVersions,
  TemplateView,
} from './api/contract-message.ts';
import { quietLog } from './base/index.ts';
import { openDoors, type Doors } from './doors.ts';
import { readSettings } from './settings.ts';
import type { Store } from './store/index.ts';

let store: Store;
let rooms: Rooms;
let doors: Doors;
const mails: { to: string; raw: Buffer }[] = [];

beforeAll(async () => {
  store = await freshStore(migrations);
  const settings = readSettings(['--no-demo', '--smtp', 'smtp://127.0.0.1:9'], {
    BECKON_FROM: 'Lumen & Loom <shop@shop.example>',
    BECKON_POSTAL_ADDRESS: 'Street 1, Town',
  });
  const given = { ...settings, clock: 'virtual' as const, secret: 's'.repeat(40), databaseUrl: store.url };
  rooms = await joinRooms(given, { store, log: quietLog });
  rooms.transport.catchAll(async (raw, to) => void mails.push({ to, raw }));
  doors = await openDoors(rooms);
  const url = (id: string) => `${settings.publicUrl}/shop/p/${id}`;
  const items = ['coat', 'scarf', 'watch'].map((id) => ({
    id,
    name: `The ${id}`,
    price: 129,
    currency: 'EUR',
    stock: 3,
    url: url(id),
    imageUrl: `${url(id)}.png`,
  }));
  await api('POST', '/v1/items', items);
});
afterAll(() => doors.close());

async function call(method: string, url: string, body?: unknown) {
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const text = body === undefined ? null : JSON.stringify(body);
  const answer = await doors.callOwn({ method: method as 'GET', url, headers, body: text, timeoutMs: 20_000 });
  return { status: answer.status, body: JSON.parse(answer.text) as never };
}

async function api<T>(method: string, url: string, body?: unknown): Promise<T> {
  const answer = await call(method, url, body);
  if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

const list = 'context.journey.actions.Recommend.items';
const document = (more: Partial<TemplateDocument> = {}): TemplateDocument => ({
  name: 'Spring',
  subject: { en: 'Spring, {{profile.firstName}}', sv: 'Vår, {{profile.firstName}}' },
  preheader: 'Light coats and what goes with them, in stock today.',
  blocks: [
    { kind: 'text', words: { en: 'It is warm', sv: 'Det är varmt' } },
    { kind: 'products', list },
    { kind: 'footer' },
  ],
  ...more,
});

describe('the doors of templates', () => {
  it('write with a revision, publish, list, compare and restore', async () => {
    const first = await api<TemplateView>('PUT', '/v1/templates/spring?revision=none', document());
    expect(first).toMatchObject({ version: 1, origin: 'shop', publishedAt: null, published: null });
    const late = await call('PUT', '/v1/templates/spring?revision=none', document({ name: 'Other' }));
    expect([late.status, late.body['code']]).toEqual([409, 'MESSAGE_TEMPLATE_CHANGED']);
    await api('POST', `/v1/templates/spring/publish?revision=${first.revision}`);

    const { blocks, ...rest } = document();
    const changed = { ...rest, blocks: [blocks[1]!, { kind: 'divider' as const }, blocks[2]!], name: 'Summer' };
    const second = await api<TemplateView>('PUT', `/v1/templates/spring?revision=${first.revision}`, changed);
    expect(second).toMatchObject({ version: 2, published: 1 });
    const { differences } = await api<TemplateDifference>('GET', '/v1/templates/spring/diff?from=1&to=2');
    expect(differences.map(({ what, where }) => `${what} ${where}`)).toEqual([
      'changed /name',
      'removed /blocks/0',
      'added /blocks/1',
    ]);
    const back = await api<TemplateView>('POST', '/v1/templates/spring/versions/1/restore');
    expect([back.version, back.document]).toEqual([3, document()]);
    const { versions } = await api<TemplateVersions>('GET', '/v1/templates/spring/versions');
    expect(versions.map(({ version, publishedAt }) => [version, publishedAt !== null])).toEqual([
      [3, false],
      [2, false],
      [1, true],
    ]);
    const all = await api<{ templates: { key: string; published: number | null }[] }>('GET', '/v1/templates');
    expect(all.templates.find(({ key }) => key === 'spring')).toMatchObject({
      version: 3,
      published: 1,
      name: 'Spring',
    });
    expect((await call('GET', '/v1/templates/spring/versions/9/restore')).status).toBe(404);
    expect((await call('GET', '/v1/templates/spring/diff?from=1&to=x')).status).toBe(400);
  });

  it('are known to journeys as soon as they are saved', async () => {
    await api('PUT', '/v1/templates/brand-new', document());
    const recipe = JSON.parse(readFileSync(new URL('journey/recipe/abandoned-cart.json', import.meta.url), 'utf8'));
    const journey = (message: string) => ({
      ...recipe,
      activities: { ...recipe.activities, mail: { ...recipe.activities.mail, message } },
    });
    const refused = await call('PUT', '/v1/journeys/abandoned-cart', journey('brand-nev'));
    expect([refused.status, refused.body['detail']]).toEqual([422, expect.stringContaining('brand-nev')]);
    expect((await call('PUT', '/v1/journeys/abandoned-cart', journey('brand-new'))).status).toBe(200);
  });

  it('show what a criterion would show that a grid names, and keep it from being removed', async () => {
    const own = { name: 'Mine', algorithm: { kind: 'popular', action: 'viewed' } };
    await api('PUT', '/v1/criteria/mine', own);
    const grid = document({ blocks: [{ kind: 'products', criterion: 'mine', limit: 2 }, { kind: 'footer' }] });
    await api('PUT', '/v1/templates/asking', grid);
    const { mail } = await api<TemplatePreview>('POST', '/v1/templates/asking/preview', {});
    expect(mail!.html.match(/The (coat|scarf|watch)/g)?.length).toBeGreaterThan(1);
    const refused = await call('DELETE', '/v1/criteria/mine');
    expect([refused.status, refused.body['code']]).toEqual([409, 'CRITERION_IN_USE']);
    expect(refused.body['detail']).toContain('the message "asking"');
    const page = document({ blocks: [{ kind: 'products', criterion: 'viewed-together' }, { kind: 'footer' }] });
    const unfit = await call('PUT', '/v1/templates/unfit', page);
    expect(unfit.body['detail']).toContain('about the item of a page');
  });

  it('refuse what is wrong with the place, and check without storing', async () => {
    const wrong = document({ blocks: [{ kind: 'text', words: 'x' }] });
    const refused = await call('PUT', '/v1/templates/wrong', wrong);
    expect([refused.status, refused.body['code']]).toEqual([422, 'MESSAGE_TEMPLATE_FAULT']);
    const { findings } = await api<TemplateCheck>('POST', '/v1/templates/wrong/check', { document: wrong });
    expect(findings).toMatchObject([{ severity: 'error', code: 'MESSAGE_FOOTER_MISSING', where: '/blocks' }]);
    expect((await call('GET', '/v1/templates/wrong')).status).toBe(404);
    for (const body of [null, 3, [], {}, { name: 'x' }, { ...document(), blocks: [{ kind: 'nothing' }] }]) {
      const answer = await call('PUT', '/v1/templates/wrong', body);
      expect([answer.status, JSON.stringify(body)]).toEqual([400, JSON.stringify(body)]);
      if (body !== null)
        expect((await call('POST', '/v1/templates/wrong/preview', { document: body })).status).toBe(400);
    }
  });

  it('ask whether anything answers at a link only when told to, and never at an inner door (trust §3.1)', async () => {
    const href = `${rooms.settings.publicUrl}/shop/x`;
    const linked = document({ blocks: [{ kind: 'button', words: 'Go', href }, { kind: 'footer' }] });
    const plain = await api<TemplateCheck>('POST', '/v1/templates/x/check', { document: linked });
    expect(plain.links).toEqual([]);
    const asked = await api<TemplateCheck>('POST', '/v1/templates/x/check', { document: linked, links: true });
    expect(asked.links).toMatchObject([{ at: '/blocks/0/href', href, ok: false }]);
  });

  it('give the schema without a key, and themes that recompile what wears them', async () => {
    const { status, body } = await call('GET', '/v1/schema/template');
    expect([status, Object.keys(body['properties'] as object)]).toEqual([200, expect.arrayContaining(['blocks'])]);
    const { themes } = await api<{ themes: { key: string; theme: { light: object } }[] }>('GET', '/v1/themes');
    const theme = { ...themes[0]!.theme, light: { ...themes[0]!.theme.light, button: '#123456' } };
    const button = document({ blocks: [{ kind: 'button', words: 'Go', href: '{{shop.url}}' }, { kind: 'footer' }] });
    await api('PUT', '/v1/templates/themed', button);
    await api('PUT', '/v1/themes/shop', theme);
    const shown = await api<TemplatePreview>('POST', '/v1/templates/themed/preview', {});
    expect(shown.mail?.html).toContain('#123456');
    expect((await call('PUT', '/v1/themes/shop', { ...theme, font: 'x;}' })).status).toBe(400);
    const unknown = await call('PUT', '/v1/templates/themed', { ...button, theme: 'none' });
    expect([unknown.status, unknown.body['code']]).toEqual([404, 'MESSAGE_THEME_UNKNOWN']);
    await api('PUT', '/v1/themes/shop', themes[0]!.theme);
  });
});

it('give components with who uses them, show one that is not stored, and take back what nobody uses', async () => {
  const note = {
    name: 'Note',
    parameters: [{ name: 'says', kind: 'text' }],
    blocks: [{ kind: 'text', words: 'Note: {{says}}' }],
  };
  const { status, body } = await call('GET', '/v1/schema/component');
  expect([status, Object.keys(body['properties'] as object)]).toEqual([200, expect.arrayContaining(['parameters'])]);
  const shown = await api<ComponentPreview>('POST', '/v1/components/note/preview', { document: note });
  expect(shown).toMatchObject({ findings: [], html: expect.stringContaining('Note: says') });
  expect((await call('GET', '/v1/components/note')).status).toBe(404);
  await api('PUT', '/v1/components/note', note);
  const block = { kind: 'component', component: 'note', values: { says: 'hello' } };
  await api('PUT', '/v1/templates/noted', document({ blocks: [block, { kind: 'footer' }] as Block[] }));
  const preview = await api<TemplatePreview>('POST', '/v1/templates/noted/preview', {});
  expect(preview.mail?.html).toContain('Note: hello');
  expect(preview.mjml).toContain('Note: {{says}}');
  const { components } = await api<{ components: ComponentView[] }>('GET', '/v1/components');
  expect(components.map(({ key, usedBy }) => `${key} ${usedBy.templates.some((one) => one.key === 'noted')}`)).toEqual([
    'cart-line false',
    'note true',
    'price false',
    'product-card false',
  ]);
  expect(await call('DELETE', '/v1/components/note')).toMatchObject({ status: 409 });
  await api('PUT', '/v1/components/note', { ...note, name: 'Other' });
  const { versions } = await api<ComponentVersions>('GET', '/v1/components/note/versions');
  expect(versions.map(({ version }) => version)).toEqual([2, 1]);
  const again = await api<ComponentView>('POST', '/v1/components/note/versions/1/restore');
  expect(again).toMatchObject({ version: 3, document: note });
});

/** Ada, with a run of a journey whose action answered. */
async function ada(): Promise<string> {
  const identities = { email: 'ada@shop.example' };
  await api('POST', '/v1/profiles', { identities, attributes: { firstName: 'Ada' } });
  const { id } = await api<{ id: string }>('GET', '/v1/profiles/email:ada@shop.example');
  const context = { events: { entry: {} }, actions: { Recommend: { items: [{ id: 'watch', reason: 'Her own' }] } } };
  await store.run({
    text: `insert into journey_run (shard, id, journey, version, profile_id, key, state, activity, moves, context, entered_at, moved_at)
      values (1, $1, 'j', 1, $2, 'k', 'done', 'mail', 1, $3, now(), now()) on conflict do nothing`,
    values: [id, id, JSON.stringify(context)],
  });
  return id;
}

describe('a preview', () => {
  it('is as a person in a run of theirs, with what the run has gathered (journeys §5.6)', async () => {
    await api('PUT', '/v1/templates/spring', document());
    const profileId = await ada();
    const shown = await api<TemplatePreview>('POST', '/v1/templates/spring/preview', { profileId });
    expect(shown).toMatchObject({ whom: 'Ada (ada@shop.example)', run: profileId, runs: [{ journey: 'j' }] });
    expect(shown.mail?.subject).toBe('Spring, Ada');
    expect(shown.mail?.html).toMatch(/The watch[\s\S]*Her own/);
    expect(shown.mail?.html).not.toContain('The coat');
    const draft = document({ subject: 'Draft for {{profile.firstName}}' });
    const tried = await api<TemplatePreview>('POST', '/v1/templates/none/preview', { profileId, document: draft });
    expect(tried.mail?.subject).toBe('Draft for Ada');
    const swedish = await api<TemplatePreview>('POST', '/v1/templates/spring/preview', { profileId, language: 'sv' });
    expect(swedish.mail?.subject).toBe('Vår, Ada');
    expect((await call('POST', '/v1/templates/spring/preview', { profileId: 'x' })).status).toBe(400);
  });

  it.each([
    ['long-name', /Maximiliane/],
    ['no-name', /\{\{|missing|no value/i],
    ['empty-cart', /no items/],
    ['twelve-items', /Ada/],
    ['swedish', /Vår, Åsa/],
    ['german', /Spring, Jürgen/],
  ])('is as the golden recipient %s', async (golden, says) => {
    const { mail, why } = await api<TemplatePreview>('POST', '/v1/templates/spring/preview', { golden });
    expect(mail?.subject ?? why).toMatch(says);
  });
});

describe('a proof', () => {
  it('goes to the addresses given past caps, quiet hours and consent, says so, and counts nowhere (journeys §5.7)', async () => {
    await api('PUT', '/v1/templates/spring', document());
    const profileId = await ada();
    const to = ['one@shop.example', 'two@shop.example'];
    const { version, proofs } = await api<TemplateProof>('POST', '/v1/templates/spring/proof', { to, profileId });
    while ((await rooms.messages.work()).done > 0);
    expect(mails.map((mail) => mail.to).sort()).toEqual(to);
    const mail = await simpleParser(mails[0]!.raw);
    expect(mail.subject).toBe('[Proof] Spring, Ada');
    expect(mail.html).toMatch(/<body[^>]*><div role="note"[^>]*>A proof, sent by hand/);
    expect(mail.text).toMatch(/^A proof, sent by hand/);
    expect(mail.html).not.toContain('/c/v1.');
    const row = await rooms.messages.get(proofs[0]!.message);
    expect(row).toMatchObject({
      class: 'proof',
      state: 'accepted',
      template: `spring@${version}`,
      links: [],
    });
    const events = await store.rows({ text: `select 1 from event where event::text like '%"message.%'` });
    expect(events).toEqual([]);
    expect(await store.rows({ text: 'select 1 from slot' })).toEqual([]);
  });

  it('is refused as a whole when an address cannot be one', async () => {
    mails.length = 0;
    const to = ['one@shop.example', 'a@[127.0.0.1]'];
    const answer = await call('POST', '/v1/templates/spring/proof', { to });
    expect([answer.status, answer.body['code']]).toEqual([400, 'MESSAGE_ADDRESS_REFUSED']);
    while ((await rooms.messages.work()).done > 0);
    expect(mails).toEqual([]);
  });
});

describe('a theme that is not saved', () => {
  it('is shown by a mail with one of everything, in the language asked for, and says what is hard to read', async () => {
    const { themes } = await api<{ themes: { theme: { light: object } }[] }>('GET', '/v1/themes');
    const { theme } = themes[0]!;
    const faded = { ...theme, name: 'Faded', light: { ...theme.light, button: '#123456', quiet: '#eeeeee' } };
    const worn = await api<{ html: string; faint: object[] }>('POST', '/v1/themes/preview?language=de', faded);
    expect(worn.html).toContain('so sieht es aus');
    expect(worn.html).toContain('#123456');
    expect(worn.faint).toMatchObject([{ where: '/light/quiet' }]);
    expect((await api<{ themes: object[] }>('GET', '/v1/themes')).themes).toHaveLength(themes.length);
    expect((await call('POST', '/v1/themes/preview', { ...faded, font: '<' })).status).toBe(400);
    expect(await api('DELETE', '/v1/themes/shop')).toEqual({ removed: true });
  });
});
